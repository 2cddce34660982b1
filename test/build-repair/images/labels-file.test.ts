import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type OpenOptions, openImages } from '../../../build-repair/images/open-images';
import { readAll, temporaryFolder } from '../../models/images/write-hdf5';
import { plainPng, writeFiles } from './write-images';

const folder = temporaryFolder();
const shape = { height: 4, width: 5, channels: 3 };
let made = 0;
let png: Buffer;
beforeAll(async () => {
  png = await plainPng([200, 0, 0]);
});

const indices = JSON.stringify({ zebra: 0, ant: 1, cat: 2 });

async function labelsOf(files: Record<string, Uint8Array | string>, options: Partial<OpenOptions> = {}) {
  const path = writeFiles(join(folder, `set${++made}`), files);
  const set = await openImages(path, { shape, classes: 3, ...options });
  const batches = await readAll(set);
  const names = batches.flatMap((each) => each.names.map((name) => name.slice(path.length + 1)));
  const labels = batches.flatMap((each) => [...each.labels!]);
  return { labels: Object.fromEntries(names.map((name, i) => [name, labels[i]])), set, batches };
}

const flat = (csv: string, more: Record<string, Uint8Array | string> = {}) => ({
  'a.png': png,
  'b.png': png,
  'c.png': png,
  'labels.csv': csv,
  ...more,
});

describe('labels in labels.csv', () => {
  it('−1 among numbers is no class, nor a name', async () => {
    const csv = 'file,label\na.png,-1\nb.png,0\nc.png,1\n';
    await expect(labelsOf(flat(csv))).rejects.toThrow(/labels\.csv: line 2: -1 is no class/);
  });

  it('numbers, with other columns, quotes, Windows line ends and a byte order mark', async () => {
    const csv = '\ufeffid,Filename,class\r\n1,"b.png",2\r\n2,a.png,0\r\n\r\n3,c.png,"1"\r\n';
    const { labels, set } = await labelsOf(flat(csv));
    expect(labels).toEqual({ 'a.png': 0, 'c.png': 1, 'b.png': 2 });
    expect(set.classNames).toBeUndefined();
  });

  it('of files in folders beside it, with labels as floats are written', async () => {
    const files = { 'img/a.png': png, 'img/b.png': png, 'more/c.png': png };
    const csv = 'image_path,class_id\nimg/a.png,2.0\n./img/b.png,0.0\nmore/c.png,1.0\n';
    const { labels, set } = await labelsOf({ ...files, 'labels.csv': csv });
    expect(labels).toEqual({ 'img/a.png': 2, 'img/b.png': 0, 'more/c.png': 1 });
    expect(set.classNames).toBeUndefined();
    // A list of other files beside class folders is none of our business.
    const folders = { '0/a.png': png, '1/b.png': png, 'labels.csv': 'name,what\nx/a.png,0\n' };
    expect((await labelsOf(folders)).labels).toEqual({ '0/a.png': 0, '1/b.png': 1 });
    await expect(labelsOf({ ...files, 'img/d.png': png, 'labels.csv': csv })).rejects.toThrow(
      /img\/d\.png can't be used: labels\.csv doesn't name it/,
    );
  });

  it('names, in sorted order', async () => {
    const { labels, set } = await labelsOf(flat('file;label\na.png;zebra\nb.png;ant\nc.png;cat\n'));
    expect(labels).toEqual({ 'b.png': 0, 'c.png': 1, 'a.png': 2 });
    expect(set.classNames).toEqual(['ant', 'cat', 'zebra']);
  });

  it('names in the order of class_indices.json, not all of them used', async () => {
    const csv = 'file,label\na.png,zebra\nb.png,ant\nc.png,ant\n';
    const { labels, set } = await labelsOf(flat(csv, { 'class_indices.json': indices }));
    expect(labels).toEqual({ 'a.png': 0, 'b.png': 1, 'c.png': 1 });
    expect(set.classNames).toEqual(['zebra', 'ant', 'cat']);
  });

  it('names of a bundle come before those of the file; an order that is told before both', async () => {
    const csv = 'file,label\na.png,zebra\nb.png,ant\nc.png,cat\n';
    const files = flat(csv, { 'class_indices.json': indices });
    const { labels } = await labelsOf(files, { classNames: ['cat', 'ant', 'zebra'] });
    expect(labels).toEqual({ 'c.png': 0, 'b.png': 1, 'a.png': 2 });
    expect((await labelsOf(files, { order: 'name' })).labels).toEqual({ 'b.png': 0, 'c.png': 1, 'a.png': 2 });
    await expect(labelsOf(files, { order: 'number' })).rejects.toThrow('are names (ant), not numbers');
  });

  it('numbers as names: in the order of their texts', async () => {
    const files = flat('file,label\na.png,2\nb.png,10\nc.png,1\n');
    expect((await labelsOf(files, { order: 'name' })).labels).toEqual({ 'c.png': 0, 'b.png': 1, 'a.png': 2 });
  });

  it('groups by the file name within a class; a picture that is not listed can be left out', async () => {
    const files = { 'v1_1.png': png, 'v1_2.png': png, 'v2_1.png': png, 'stray.png': png, 'notes.txt': 'x' };
    const csv = 'file,label\nv1_1.png,0\nv1_2.png,0\nv2_1.png,1\n';
    await expect(labelsOf({ ...files, 'labels.csv': csv })).rejects.toThrow("labels.csv doesn't name it");
    const { set, batches } = await labelsOf(
      { ...files, 'labels.csv': csv },
      { group: 'prefix:_', skipBad: true },
    );
    expect(batches.flatMap(({ groups }) => groups)).toEqual(['0/v1', '0/v1', '1/v2']);
    expect(set.skipped.map(({ name }) => name.split('/').at(-1))).toEqual(['stray.png']);
  });

  it.each([
    ['a.png,0\n', "its first line doesn't tell the columns"],
    ['file,label\n', 'names no images'],
    ['file,label\na.png,0\nb.png\n', "line 3 isn't 2 columns"],
    ['file,label\n"a.png,0\n', "line 2 isn't 2 columns"],
    ['file,label\n../other/a.png,0\n', 'line 2: there is no file ../other/a.png in the folder'],
    ['file,label\na.png,0\na.png,1\n', 'line 3: a.png is in line 2, too'],
    ['file,label\na.png,0\nb.png,3\n', "line 3: 3; the net's 3 classes are 0 to 2"],
    ['file,label\na.png,ant\nb.png,cat\n', 'names 2 classes, the net has 3'],
  ])('refuses %j', async (csv, why) => {
    await expect(labelsOf(flat(csv))).rejects.toThrow(why);
  });

  it('refuses a name that class_indices.json does not have', async () => {
    const files = flat('file,label\na.png,ant\nb.png,dog\n', { 'class_indices.json': indices });
    await expect(labelsOf(files)).rejects.toThrow('line 3: no class is called "dog"');
  });
});

describe('class_indices.json beside class folders', () => {
  const folders = () => ({ 'ant/a.png': png, 'cat/b.png': png, 'zebra/c.png': png });

  it('tells the order, unless one is told', async () => {
    const files = { ...folders(), 'class_indices.json': indices };
    const { labels, set } = await labelsOf(files);
    expect(labels).toEqual({ 'zebra/c.png': 0, 'ant/a.png': 1, 'cat/b.png': 2 });
    expect(set.classNames).toEqual(['zebra', 'ant', 'cat']);
    expect((await labelsOf(files, { order: 'name' })).labels).toEqual({
      'ant/a.png': 0,
      'cat/b.png': 1,
      'zebra/c.png': 2,
    });
  });

  it('refuses a folder that it does not name', async () => {
    const files = { ...folders(), 'dog/d.png': png, 'class_indices.json': indices };
    await expect(labelsOf(files)).rejects.toThrow('names no class "dog"');
  });

  it.each([
    ['{', "can't be read"],
    ['["ant","cat","zebra"]', 'is no table of names'],
    ['{"ant":0,"cat":1}', 'names 2 classes, the net has 3'],
    ['{"ant":0,"cat":1,"zebra":1}', 'gives "cat" and "zebra" the same label, 1'],
    ['{"ant":1,"cat":2,"zebra":3}', 'gives "zebra" the label 3, not 0 to 2'],
    ['{"0":"ant","1":"cat","2":"zebra"}', 'gives "0" the label "ant", not 0 to 2'],
  ])('refuses %s', async (text, why) => {
    await expect(labelsOf({ ...folders(), 'class_indices.json': text })).rejects.toThrow(why);
  });
});
