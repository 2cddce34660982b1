import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { openImages } from '../../../build-repair/images/open-images';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { classNamesIn } from '../../../models/keras/class-names';
import { plainPng, writeFiles } from '../../build-repair/images/write-images';
import { fixture } from './nets';
import { dense, FLAT, IMAGE, sequential, temporaryFolder, writeNet } from './write-net';

const root = temporaryFolder();
const NAMES = ['zebra', 'cat', 'ant'];

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await ready;
});

/** A net of three classes, in a folder of its own. */
async function net(name: string): Promise<string> {
  mkdirSync(join(root, name));
  const path = join(root, name, 'net.h5');
  const config = sequential([IMAGE, FLAT, ['Dense', { name: 'output', units: 3, activation: 'softmax' }]]);
  await writeNet(path, { config, weights: { output: dense(48, 3) } });
  return path;
}

async function ownNames(path: string) {
  const loaded = await loadNet(path);
  loaded.model.dispose();
  return loaded.ownNames;
}

describe('the class names that a net comes with', () => {
  it.each([
    ['labels.txt', '0 zebra\n1 cat\n2 ant\n'],
    ['class_names.txt', '\ufeffzebra\r\ncat\r\nant'],
    ['classes.txt', '["zebra", "cat", "ant"]'],
  ])('are in %s beside it', async (name, text) => {
    const path = await net(name);
    expect(await ownNames(path)).toBeUndefined();
    writeFileSync(join(root, name, name), text);
    expect(await ownNames(path)).toEqual({ names: NAMES, from: `${name} beside it` });
  });

  it.each([
    ['a list', NAMES],
    ['JSON', JSON.stringify(NAMES)],
    ['labels by name', JSON.stringify({ ant: 2, zebra: 0, cat: 1 })],
  ])('are in an attribute of its HDF5 file, as %s', async (what, value) => {
    const path = await net(`attribute ${what}`);
    const file = new File(path, 'a');
    file.create_attribute('class_names', value);
    file.close();
    expect(await ownNames(path)).toEqual({ names: NAMES, from: 'its attribute class_names' });
  });

  it('are in an archive: its metadata, or a text in it', async () => {
    const files = unzipSync(readFileSync(fixture('keras3/norms.keras')));
    const metadata = JSON.parse(Buffer.from(files['metadata.json']!).toString());
    const { classes } = await loadNet(fixture('keras3/norms.keras'));
    const names = Array.from({ length: classes }, (_, i) => `n${classes - i}`);
    const write = (name: string, more: Record<string, Uint8Array>) => {
      writeFileSync(join(root, name), zipSync({ ...files, ...more }, { level: 0 }));
      return join(root, name);
    };
    const told = strToU8(JSON.stringify({ ...metadata, class_names: names }));
    expect(await ownNames(write('metadata.keras', { 'metadata.json': told }))).toEqual({
      names,
      from: 'class_names in its metadata.json',
    });
    const text = strToU8(names.join('\n'));
    expect(await ownNames(write('text.keras', { 'labels.txt': text }))).toEqual({
      names,
      from: 'labels.txt in it',
    });
  });

  it('are none where they are of other classes, or not all different', () => {
    const of = (text: string | string[]) => classNamesIn([{ text, from: 'a file' }], 3).ownNames;
    for (const text of [
      'a\nb',
      'a\nb\nb',
      '{"a": 0, "b": 1, "c": 3}',
      '[1, 2, 3]',
      '[',
      '',
      '{}',
      '[["a"], "b", "c"]',
    ])
      expect(of(text), text).toBeUndefined();
    expect(of('0 a\n1 b\n3 c')?.names).toEqual(['0 a', '1 b', '3 c']);
  });

  it.each([
    ['a\nb', 'labels.txt beside it are not used: it names 2 classes, the net has 3'],
    ['a\nb\nb\n', 'it names "b" twice'],
    ['[1, 2, 3]', 'it is no list of names'],
    ['', 'it is no list of names'],
    ['\ufffda\0\nb\0\nc\0', 'it is no text in UTF-8'],
  ])('%j beside it is not used, and why is told', async (text, why) => {
    const path = await net(`unusable ${text.length}${text[0]}`);
    writeFileSync(join(path, '../labels.txt'), text);
    const loaded = await loadNet(path);
    expect(loaded.namesNotUsed).toEqual([expect.stringContaining(why)]);
    expect(loaded.ownNames).toBeUndefined();
    loaded.model.dispose();
  });

  it('of two lists the first is used, and that the other is not is told where it is another', async () => {
    const told = (...texts: string[]) =>
      classNamesIn(
        texts.map((text, i) => ({ text, from: `${i}` })),
        2,
      );
    expect(told('a\nb', 'a\nb')).toEqual({ ownNames: { names: ['a', 'b'], from: '0' }, notUsed: [] });
    expect(told('a\nb', 'b\na').notUsed).toEqual(['The class names of 1 are not used: 0 is']);
  });

  it('tell the order of class folders, and it is said', async () => {
    const path = await net('folders');
    writeFileSync(join(root, 'folders/labels.txt'), '0 zebra\n1 cat\n2 ant\n');
    const png = await plainPng([200, 0, 0], 4, 4);
    const loaded = await loadNet(path);
    const { inputShape: shape, classes, ownNames } = loaded;
    const read = async (folder: string, more = {}) => {
      const set = await openImages(folder, { shape, classes, ownNames, ...more });
      const labels: number[] = [];
      for await (const batch of set.batches(9)) labels.push(...batch.labels!);
      return { labels, classNames: set.classNames, remarks: set.remarks };
    };
    const folder = writeFiles(join(root, 'folders/set'), {
      'ant/a.png': png,
      'cat/a.png': png,
      'zebra/a.png': png,
    });
    expect(await read(folder)).toEqual({
      labels: [0, 1, 2],
      classNames: NAMES,
      remarks: [
        'Classes taken in the order of the names that the net comes with (labels.txt beside it): zebra, cat, ant',
      ],
    });
    expect((await read(folder, { order: 'name' })).classNames).toEqual(['ant', 'cat', 'zebra']);
    const listed = writeFiles(join(root, 'folders/listed'), {
      'a.png': png,
      'labels.csv': 'file,label\na.png,ant\n',
    });
    expect(await read(listed)).toMatchObject({
      labels: [2],
      remarks: [expect.stringContaining('labels.txt')],
    });
    // Folders of other names are taken as ever.
    const others = writeFiles(join(root, 'folders/others'), { '0/a.png': png, '2/a.png': png });
    expect(await read(others)).toMatchObject({ labels: [0, 2], remarks: [] });
    const unknown = writeFiles(join(root, 'folders/unknown'), {
      'ant/a.png': png,
      'cat/a.png': png,
      'zebu/a.png': png,
    });
    expect((await read(unknown)).remarks).toEqual([
      'The names that the net comes with (labels.txt beside it: zebra, cat, ant) are not used: the classes are called otherwise (ant, cat, zebu)',
    ]);
    loaded.model.dispose();
  });
});
