import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Dataset, File } from 'h5wasm/node';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../../../models/errors';
import { openHdf5Set } from '../../../models/images/hdf5';
import { readAll, temporaryFolder, writeHdf5 } from './write-hdf5';

const folder = temporaryFolder();
const shape = { height: 4, width: 4, channels: 3 };
const N = 4;
const data = { data: new Uint8Array(N * 48).fill(77), shape: [N, 4, 4, 3] };
const label = { data: Int32Array.from([0, 1, 2, 0]), shape: [N] };
let written = 0;

/** A set with one more dataset that nothing is written to: of so many rows, in chunks. */
async function claiming(
  columns: Parameters<typeof writeHdf5>[1],
  name: string,
  rows: { dtype: string; count: number; rest?: number[]; chunk: number; gzip?: boolean },
): Promise<string> {
  const path = await writeHdf5(join(folder, `${++written}.h5`), columns);
  const { dtype, count, rest = [], chunk, gzip } = rows;
  const file = new File(path, 'a');
  file.create_dataset({
    name,
    data: dtype === '<i4' ? new Int32Array(0) : new Uint8Array(0),
    dtype,
    shape: [0, ...rest],
    maxshape: [null, ...rest],
    chunks: [chunk, ...rest],
    ...(gzip ? { compression: 'gzip' as const } : {}),
  });
  (file.get(name) as Dataset).resize([count, ...rest]);
  file.close();
  return path;
}

async function refusal(path: string, options = {}): Promise<string> {
  const reading = openHdf5Set(path, { shape, classes: 3, ...options }).then((set) => readAll(set));
  const error = await reading.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ImageError);
  return (error as ImageError).message;
}

describe('sets that would hang or swell are refused', () => {
  it('a few kilobytes that claim 6 GB', async () => {
    const rows = { dtype: '<B', count: 125_000_000, rest: [4, 4, 3], chunk: 64 };
    for (const gzip of [true, false]) {
      const path = await claiming({ label }, 'data', { ...rows, gzip });
      expect(await refusal(path, { labelsRequired: false })).toMatch(/"data" claims 6000000000 bytes/);
    }
  });

  it('labels in a chunk of gigabytes', async () => {
    const path = await claiming({ data }, 'label', {
      dtype: '<i4',
      count: N,
      chunk: 500_000_000,
      gzip: true,
    });
    expect(await refusal(path)).toMatch(/"label" is kept in chunks of 2000000000 bytes/);
  });

  it('groups that all name one long text', async () => {
    const count = 200;
    const path = await writeHdf5(join(folder, `${++written}.h5`), {
      data: { data: new Uint8Array(count * 48), shape: [count, 4, 4, 3] },
      label: { data: new Int32Array(count), shape: [count] },
      group: {
        data: ['x'.repeat(10_000), ...Array.from({ length: count - 1 }, (_, i) => `g${i}`)],
        shape: [count],
      },
    });
    const open = (from: string) => openHdf5Set(from, { shape, groupDataset: 'group' });
    const [batch] = await readAll(await open(path), count);
    expect(batch!.groups!.slice(1, 3)).toEqual(['g0', 'g1']);
    expect(await refusal(repeated(path, count), { groupDataset: 'group' })).toMatch(/claims more text/);
  });
});

/** Makes each entry of a column of texts name the first one's text: 4 bytes of length, 8 where, 4 which. */
function repeated(path: string, count: number): string {
  const bytes = readFileSync(path);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(10_000);
  // The entries lie together, so the first is followed by that of a text of two characters.
  let at = bytes.indexOf(length);
  while (bytes.readUInt32LE(at + 16) !== 2) at = bytes.indexOf(length, at + 1);
  const first = bytes.subarray(at, at + 16);
  for (let i = 1; i < count; i++) first.copy(bytes, at + i * 16);
  writeFileSync(`${path}.more.h5`, bytes);
  return `${path}.more.h5`;
}
