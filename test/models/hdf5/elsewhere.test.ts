import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { ImageError, NetError } from '../../../models/errors';
import { startHdf5 } from '../../../models/hdf5/library';
import { openHdf5Set } from '../../../models/images/hdf5';
import { inspectNet, loadNet } from '../../../models/keras';
import { readAll, temporaryFolder, writeHdf5 } from '../images/write-hdf5';
import { dense, FLAT, IMAGE, sequential, writeNet } from '../keras/write-net';

const folder = temporaryFolder();
const shape = { height: 4, width: 4, channels: 3 };
const N = 4;
const pixels = { data: new Uint8Array(N * 48).fill(77), shape: [N, 4, 4, 3] };
const label = { data: Int32Array.from([0, 1, 2, 0]), shape: [N] };

/** `data` of (4, 4, 4, 3) bytes in the external file `other.h5`, `label` of 4; h5py wrote it (`external=`). */
const EXTERNAL =
  'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1AgABUygIo/jptT5u/hEsTEUMEkhKwQBriYGBgZGNj4GYAUS0piSeJmqE42AZAQa05iUmrOd0aooCED6WDHoadvwU5gZGBkdGFgYGJhZGSByqHTzDjE0eWZeRgYge5jgLiLg4EV6AtmLnYNoA1gUUaG/VAnc6C55gCU5gCGBjMjLBRgogwxDDQFKWmbaj1cHQNAbAmoGCxs7zOiqs0vyUgt0sswhfHhYSgCDENGzDAEhwkHjK8ADROIP2HBIACPFIYhC1q3nUlgGAWjYBSMgpEKQHUFE7RCBADfTMp9EAgAAA==';
/** The same in a virtual data set of `other.h5` (`create_virtual_dataset`). */
const VIRTUAL =
  'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1AgIAHhG0DFZX5tCfX3cAliYqhgEkJWCANcTAyMDAxs/AxAiiUlsSRxM1QnmwBIiDUnMSk15zwjVNCQgXSg37IsG+wExU1febKRMQMjowsDAxMLIyMLVC06zYxDHF2emYeBEeheBog7ORhYgb5i5ubgA6pkZoCGEliuh2FQgWw2gRXgsGEEhoUIMCwYMcMC7DcOGF8B4jcuDmBsMjMyQKNbAGbgDoYhC+wYn+9mGAWjYBSMglGAG7g7+/swIpX6sMo5EqYAJpBfkpFapJdhygCq18F1JSOSMUzQ+pORiQWqixFcx2CjmRn67Pa9RXNHA/9oXIyCUTAKRsEoGAWjYBSMglEwCkbBKBgFtASMSB14AOl5HIgQGAAA';

function unpacked(name: string, text: string, other = 'other.h5'): string {
  const bytes = gunzipSync(Buffer.from(text, 'base64'));
  const at = bytes.indexOf('other.h5');
  if (other !== 'other.h5') bytes.fill(0, at, at + 8).write(other, at);
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Changes an HDF5 file with the library that can write. */
async function changed(path: string, change: (file: File) => void): Promise<string> {
  await ready;
  const file = new File(path, 'a');
  change(file);
  file.close();
  return path;
}

async function refusal(path: string, options = {}): Promise<string> {
  const reading = openHdf5Set(path, { shape, classes: 3, ...options }).then((set) => readAll(set));
  const error = await reading.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ImageError);
  expect((error as ImageError).message).toContain(path);
  return (error as ImageError).message;
}

beforeAll(async () => {
  await writeHdf5(join(folder, 'other.h5'), { data: pixels, label });
});

describe('image sets that name another file', () => {
  it('external storage, of any file', async () => {
    // LICENSE lies where the tests run, and is longer than the pixels.
    for (const other of ['LICENSE', 'other.h5']) {
      const path = unpacked(`external-${other}.h5`, EXTERNAL, other);
      expect(await refusal(path)).toMatch(/"data" lies in another file, which is not read/);
      expect(await refusal(path, { labelsRequired: false, skipBad: true })).toMatch(/another file/);
    }
  });

  it('a virtual data set', async () => {
    const path = unpacked('virtual.h5', VIRTUAL);
    expect(await refusal(path)).toMatch(/"data" lies in another file, other\.h5, which is not read/);
  });

  it('external links, for every data set and on the way to one', async () => {
    const columns = { data: pixels, label, true_label: label, video: label };
    for (const name of ['data', 'label', 'true_label', 'video']) {
      const rest = Object.fromEntries(Object.entries(columns).filter(([each]) => each !== name));
      const path = await writeHdf5(join(folder, `link-${name}.h5`), rest);
      await changed(path, (file) => file.create_external_link('other.h5', `/${name}`, name));
      expect(await refusal(path, { groupDataset: 'video' })).toContain(
        `"${name}" lies in another file, other.h5`,
      );
    }
    const path = await writeHdf5(join(folder, 'link-within.h5'), { data: pixels, label });
    await changed(path, (file) => file.create_external_link('other.h5', '/', 'more'));
    expect(await refusal(path, { groupDataset: 'more/label' })).toContain('"more" lies in another file');
  });

  it('a link to nothing', async () => {
    const path = await writeHdf5(join(folder, 'nothing.h5'), { data: pixels });
    await changed(path, (file) => file.create_soft_link('/nowhere', 'label'));
    expect(await refusal(path)).toContain('"label" is a link to "/nowhere", where nothing is');
  });

  it('links within the file are followed', async () => {
    const path = await writeHdf5(join(folder, 'within.h5'), { pixels, label });
    await changed(path, (file) => file.create_soft_link('/pixels', 'data'));
    const set = await openHdf5Set(path, { shape, classes: 3 });
    expect((await readAll(set))[0]!.pixels[0]).toBe(77);
    set.close();
  });
});

describe('nets that name another file', () => {
  it('are refused by name', async () => {
    await startEngine({ engine: 'cpu' });
    const config = sequential([IMAGE, FLAT, ['Dense', { name: 'output', units: 3, activation: 'softmax' }]]);
    const path = await writeNet(join(folder, 'net.h5'), { config, weights: { output: dense(48, 3) } });
    (await loadNet(path)).model.dispose();
    await changed(path, (file) => {
      const group = file.get('model_weights/output') as unknown as File;
      group.delete_attribute('weight_names');
      group.create_attribute('weight_names', ['there/kernel:0', 'bias:0']);
      group.create_external_link('other.h5', '/', 'there');
    });
    const error = await loadNet(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NetError);
    expect((error as NetError).message).toMatch(
      /"model_weights\/output\/there" lies in another file, other\.h5/,
    );
    expect((await inspectNet(path)).problems.join()).toContain('lies in another file');
  });
});

it('the library sees no file of this machine, nor what is open', async () => {
  const { FS } = await startHdf5();
  for (const folder of ['/dev', '/proc']) expect(FS.readdir(folder)).toEqual(['.', '..']);
});
