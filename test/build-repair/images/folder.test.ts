import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openImageFiles } from '../../../build-repair/images/files';
import { openImages } from '../../../build-repair/images/open-images';
import { ImageError } from '../../../models/errors';
import type { ImageSet } from '../../../models/images/set';
import { readAll, temporaryFolder, writeHdf5 } from '../../models/images/write-hdf5';
import { describeWithData, sharedData } from '../../shared-data';
import { plainPng, writeFiles } from './write-images';

const folder = temporaryFolder();
const shape = { height: 4, width: 5, channels: 3 };
let made = 0;
let red: Buffer;
let green: Buffer;
let blue: Buffer;

beforeAll(async () => {
  [red, green, blue] = await Promise.all([
    plainPng([200, 0, 0]),
    plainPng([0, 200, 0]),
    plainPng([0, 0, 200]),
  ]);
});

const write = (files: Record<string, Uint8Array | string>) => writeFiles(join(folder, `set${++made}`), files);

function emptyClass(): string {
  mkdirSync(join(folder, 'hollow/0'), { recursive: true });
  return join(folder, 'hollow');
}

async function rows(set: ImageSet, batchSize = 64) {
  const batches = await readAll(set, batchSize);
  return {
    names: batches.flatMap(({ names }) => names.map((name) => name.replace(/^.*\/set\d+\//, ''))),
    labels: batches.flatMap(({ labels }) => (labels ? [...labels] : [])),
    groups: batches.flatMap(({ groups }) => groups ?? []),
    firsts: batches.flatMap(({ pixels, names }) =>
      names.map((_, i) => [...pixels.subarray(i * 60, i * 60 + 3)]),
    ),
  };
}

describe('a folder a class', () => {
  it('called by labels: padded or not, with gaps, in order of the label', async () => {
    const path = write({ '10/a.png': red, '2/b.png': green, '2/a.png': blue, '007/x/deep.png': red });
    const set = await openImages(path, { shape, classes: 12 });
    expect(await rows(set, 3)).toEqual({
      names: ['2/a.png', '2/b.png', '007/x/deep.png', '10/a.png'],
      labels: [2, 2, 7, 10],
      groups: [],
      firsts: [
        [0, 0, 200],
        [0, 200, 0],
        [200, 0, 0],
        [200, 0, 0],
      ],
    });
    expect(set).toMatchObject({ size: 4, labelled: true, classNames: undefined, name: `set${made}` });
  });

  it('called by names: sorted names are 0…N−1', async () => {
    const path = write({ 'stop/1.png': red, 'Yield/1.png': green, 'go/1.png': blue });
    const set = await openImages(path, { shape, classes: 3 });
    expect(set.classNames).toEqual(['Yield', 'go', 'stop']);
    expect(await rows(set)).toMatchObject({
      names: ['Yield/1.png', 'go/1.png', 'stop/1.png'],
      labels: [0, 1, 2],
    });
    await expect(openImages(path, { shape, classes: 4 })).rejects.toThrow(
      /has 3 class folders, the net has 4 classes/,
    );
  });

  it('called by digits and letters, as many as there are classes, in the order of their names', async () => {
    const names = [...'0123456789ABCDEF'];
    const path = write(Object.fromEntries(names.map((name) => [`${name}/a.png`, red])));
    const set = await openImages(path, { shape, classes: 16 });
    expect(set).toMatchObject({ classNames: names, otherOrder: undefined });
    await expect(openImages(path, { shape, classes: 17 })).rejects.toThrow(/some class folders are numbers/);
  });

  it('called by names with numbers in them: sorted, or in the order of the numbers', async () => {
    const folders = (name: (i: number) => string) =>
      write(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${name(i)}/a.png`, red])));
    const path = folders((i) => `class_${i}`);
    const set = await openImages(path, { shape, classes: 12 });
    expect(set.classNames?.slice(0, 3)).toEqual(['class_0', 'class_1', 'class_10']);
    const { otherOrder } = set;
    expect(otherOrder?.classNames).toEqual(Array.from({ length: 12 }, (_, i) => `class_${i}`));
    expect([...otherOrder!.labels]).toEqual([0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9]);
    const told = await openImages(path, { shape, classes: 12, order: 'number' });
    expect(told).toMatchObject({ classNames: otherOrder?.classNames, otherOrder: undefined });
    const same = await openImages(
      folders((i) => `n${i + 10} x`),
      { shape, classes: 12 },
    );
    expect(same.otherOrder).toBeUndefined();
    await expect(
      openImages(write({ 'a/a.png': red, 'b1/a.png': red }), { shape, classes: 2, order: 'number' }),
    ).rejects.toThrow(/class folders are names \(a\)/);
  });

  it('reads JPEG, PNG and WebP by their bytes, whatever they are called, and in any size', async () => {
    const big = sharp({
      create: { width: 50, height: 40, channels: 3, background: { r: 90, g: 90, b: 90 } },
    });
    const path = write({
      '0/a.png': await big.clone().jpeg({ quality: 100 }).toBuffer(),
      '0/b': await big.clone().webp({ lossless: true }).toBuffer(),
      '1/c.jpg': await big.clone().png().toBuffer(),
    });
    const { firsts } = await rows(await openImages(path, { shape, classes: 2 }));
    expect(firsts).toEqual([1, 2, 3].map(() => [90, 90, 90]));
  });

  it('groups by class and prefix', async () => {
    const path = write({ '0/s1_a.png': red, '0/s1_b.png': red, '0/s2_a.png': red, '1/s1_a.png': red });
    for (const group of ['_', 'prefix:_']) {
      const set = await openImages(path, { shape, classes: 2, group });
      expect((await rows(set, 3)).groups).toEqual(['0/s1', '0/s1', '0/s2', '1/s1']);
    }
    await expect(openImages(path, { shape, classes: 2, group: 'dataset:v' })).rejects.toThrow(/is a folder/);
  });

  it('passes over lists, notes and what systems leave in class folders, and says so', async () => {
    const path = write({
      '0/a.png': red,
      '0/GT-00000.csv': 'Filename;Width',
      '0/notes.txt': 'nothing',
      '0/really.txt': green,
      '0/@eaDir/a.png/SYNOPHOTO_THUMB_S.jpg': red,
      '0/Thumbs.db': 'x',
      '1/b.png': blue,
      '1/labels.JSON': '{}',
      '@eaDir/x.jpg': red,
      '$RECYCLE.BIN/x.jpg': red,
      '#recycle/x.jpg': red,
    });
    const set = await openImages(path, { shape, classes: 2 });
    expect((await rows(set)).names).toEqual(['0/a.png', '0/really.txt', '1/b.png']);
    const told = (set.ignored ?? []).map(({ name }) => name.slice(path.length + 1));
    expect(told).toEqual(['0/GT-00000.csv', '0/notes.txt', '1/labels.JSON']);
    // Something that should be an image is not passed over.
    const broken = await openImages(write({ '0/a.png': 'not an image' }), { shape, classes: 1 });
    await expect(rows(broken)).rejects.toThrow(/a\.png can't be used/);
  });

  it('called by numbers with a gap, or from 1: in their order, or in that of their names', async () => {
    const twelve = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i + 1}/a.png`, red]));
    const path = write(twelve);
    const set = await openImages(path, { shape, classes: 12 });
    expect(set.classNames?.slice(0, 3)).toEqual(['1', '2', '3']);
    expect(set.otherOrder?.classNames.slice(0, 3)).toEqual(['1', '10', '11']);
    expect([...set.otherOrder!.labels]).toEqual([0, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2, 3]);
    const byName = await openImages(path, { shape, classes: 12, order: 'name' });
    expect((await rows(byName)).names.slice(0, 3)).toEqual(['1/a.png', '10/a.png', '11/a.png']);
    expect(byName.otherOrder).toBeUndefined();
    const known = await openImages(path, { shape, classes: 12, classNames: byName.classNames! });
    expect((await rows(known)).names).toEqual((await rows(byName)).names);
    await expect(openImages(path, { shape, classes: 13 })).resolves.toMatchObject({ classNames: undefined });
    await expect(openImages(path, { shape, classes: 11 })).rejects.toThrow(
      /11: the net's 11 classes are 0 to 10/,
    );
  });

  it('called by labels that are in another order by name, which is told', async () => {
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`${i}/a.png`, red]));
    const set = await openImages(write(eleven), { shape, classes: 11 });
    expect(set.classNames).toBeUndefined();
    expect([...set.otherOrder!.labels]).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 2]);
    const told = await openImages(write(eleven), { shape, classes: 11, order: 'number' });
    expect(told.otherOrder).toBeUndefined();
    // Padded, both are the same.
    const padded = Object.fromEntries(
      Array.from({ length: 11 }, (_, i) => [`${String(i).padStart(2, '0')}/a.png`, red]),
    );
    expect((await openImages(write(padded), { shape, classes: 11 })).otherOrder).toBeUndefined();
  });

  it.each([
    ['train and validation', ['train/cats', 'train/dogs', 'validation/cats', 'validation/dogs']],
    ['of other spellings, not all with all classes', ['Training/0', 'Training/1', 'test_set/1']],
    ['one alone', ['train/cats', 'train/dogs']],
    ['one of its own name', ['train/cats', 'train/dogs', 'extra/cats', 'extra/dogs']],
  ])('is not a set with its parts: %s', async (_, folders) => {
    const path = write(Object.fromEntries(folders.map((each) => [`${each}/a.png`, red])));
    await expect(openImages(path, { shape, classes: 2 })).rejects.toMatchObject({
      message: expect.stringContaining('are parts of a set'),
      hint: expect.stringMatching(/Give one of them: .*(train|Training|extra)\.$/),
    });
  });

  it.each([
    ['parts below each class', ['cats/train', 'cats/test', 'dogs/train', 'dogs/test']],
    ['views below each class', ['cats/front', 'cats/side', 'dogs/front', 'dogs/side']],
    ['images beside', ['test', 'train']],
  ])('may have folders in its classes: %s', async (_, folders) => {
    const path = write(Object.fromEntries(folders.map((each) => [`${each}/a.png`, red])));
    expect((await openImages(path, { shape, classes: 2 })).size).toBe(folders.length);
  });

  it('passes over hidden files and what lies beside the class folders, but no image without a class', async () => {
    const path = write({
      '0/.DS_Store': 'x',
      '0/Thumbs.db': 'x',
      '0/a.png': red,
      '.git/x': 'x',
      'README.md': 'x',
    });
    expect((await rows(await openImages(path, { shape, classes: 2 }))).names).toEqual(['0/a.png']);
    writeFiles(path, { 'stray.png': red });
    await expect(openImages(path, { shape, classes: 2 }).then(readAll)).rejects.toThrow(
      /stray.png .* no class folder/,
    );
  });

  it('names an image that can not be read, or leaves such images out and counts them', async () => {
    const path = write({
      '0/a.png': red,
      '0/cut.png': red.subarray(0, red.length - 20),
      '0/empty.png': '',
      '0/list.dat': 'a,b',
      '1/z.png': green,
    });
    symlinkSync(join(path, 'nowhere'), join(path, '1/gone.png'));
    const strict = openImages(path, { shape, classes: 2 }).then(readAll);
    await expect(strict).rejects.toThrow(ImageError);
    await expect(strict).rejects.toThrow(/0\/cut.png can't be used: it is cut short/);
    const set = await openImages(path, { shape, classes: 2, skipBad: true });
    for (const _ of [1, 2]) {
      expect(await rows(set, 2)).toMatchObject({ names: ['0/a.png', '1/z.png'], labels: [0, 1] });
      expect(set.skipped.map(({ name, reason }) => `${name.slice(path.length + 1)}: ${reason}`)).toEqual([
        '0/cut.png: it is cut short: its end is missing',
        '0/empty.png: it is empty: 0 bytes',
        '0/list.dat: it is none of JPEG, PNG and WebP',
        '1/gone.png: there is no such file',
      ]);
    }
    expect(set.size).toBe(6);
  });

  it.each<[string, () => string, RegExp]>([
    ['no such folder', () => join(folder, 'none'), /none: there is no such file or folder/],
    ['an empty folder', () => write({}), /is empty$/],
    ['empty class folders', emptyClass, /1 folders are empty/],
    ['a flat folder', () => write({ 'a.png': red }), /has no class folders: its 1 files have no labels/],
    [
      'numbers and names',
      () => write({ '0/a.png': red, '1/a.png': red, 'b/a.png': red }),
      /some class folders are numbers \(0\), others names \(b\)/,
    ],
    ['two folders of a class', () => write({ '1/a.png': red, '01/a.png': red }), /01 and 1 are both class 1/],
    ['a class of N', () => write({ '2/a.png': red }), /2: the net's 2 classes are 0 to 1/],
    [
      'one image',
      () => join(write({ 'a.png': red }), 'a.png'),
      /a.png is an image, not a set of labelled images/,
    ],
  ])('refuses %s', async (_, path, message) => {
    const opening = openImages(path(), { shape, classes: 2 });
    await expect(opening).rejects.toThrow(ImageError);
    await expect(opening).rejects.toThrow(message);
  });
});

describe('without labels', () => {
  it('any folder, any image and any HDF5 file will do', async () => {
    const path = write({ 'b.png': red, 'a/x.png': green, 'a.txt': 'no image' });
    const options = { shape, classes: 2, labelsRequired: false, skipBad: true };
    const set = await openImages(path, options);
    expect(await rows(set)).toMatchObject({ names: ['b.png', 'a/x.png'], labels: [] });
    expect([set.skipped.length, set.ignored?.map(({ reason }) => reason)]).toEqual([0, ['it is no image']]);
    expect(set.labelled).toBe(false);
    expect((await rows(await openImages(join(path, 'b.png'), options))).firsts).toEqual([[200, 0, 0]]);
    const bad = await openImages(join(path, 'a.txt'), options);
    expect((await rows(bad)).names).toEqual([]);
    expect(bad.skipped[0]!.reason).toBe('it is none of JPEG, PNG and WebP');
    const hdf5 = await writeHdf5(join(folder, 'n.h5'), {
      data: { data: new Uint8Array(60), shape: [1, 3, 4, 5] },
    });
    expect((await rows(await openImages(hdf5, options))).names).toHaveLength(1);
    await expect(openImages(write({}), options)).rejects.toThrow(/holds no images/);
  });

  it('keeps the order of files, however long each takes', async () => {
    const large = await sharp({ create: { width: 2000, height: 1500, channels: 3, background: 'white' } })
      .jpeg({ progressive: true })
      .toBuffer();
    const path = write({ a: large, b: red, c: large, d: green, e: blue });
    const set = openImageFiles(
      ['a', 'b', 'c', 'd', 'e'].map((name) => join(path, name)),
      { shape },
    );
    expect((await rows(set)).firsts).toEqual([
      [255, 255, 255],
      [200, 0, 0],
      [255, 255, 255],
      [0, 200, 0],
      [0, 0, 200],
    ]);
  });
});

describeWithData('signs43', () => {
  it('the signs43 set is read from class folders', async () => {
    const set = await openImages(join(sharedData!, 'signs43/clean_validation'), {
      shape: { height: 32, width: 32, channels: 3 },
      classes: 43,
      group: '_',
    });
    expect(set.size).toBe(4110);
    const groups = new Set<string>();
    let seen = 0;
    for await (const batch of set.batches(256)) {
      for (const group of batch.groups!) groups.add(group);
      if (seen === 0) {
        const { data } = await sharp(batch.names[3]!).raw().toBuffer({ resolveWithObject: true });
        expect(Buffer.compare(Buffer.from(batch.pixels.subarray(3 * 3072, 4 * 3072)), data)).toBe(0);
      }
      seen += batch.names.length;
    }
    expect(seen).toBe(4110);
    expect(groups.size).toBe(137);
  });
});
