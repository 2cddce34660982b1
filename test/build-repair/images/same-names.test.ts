import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImages } from '../../../build-repair/images/open-images';
import { namesAmong } from '../../../build-repair/images/same-names';
import { readAll, temporaryFolder } from '../../models/images/write-hdf5';
import { plainPng, writeFiles } from './write-images';

const root = temporaryFolder();
const png = await plainPng([9, 9, 9]);
const shape = { height: 4, width: 5, channels: 3 };
/** As Keras sorts them. */
const BY_NAME = Array.from({ length: 12 }, (_, i) => String(i)).sort();
let made = 0;

const foldersOf = (names: readonly string[]) =>
  writeFiles(join(root, `set${++made}`), Object.fromEntries(names.map((name) => [`${name}/a.png`, png])));

async function labelsOf(path: string, options: object) {
  const set = await openImages(path, { shape, classes: 12, ...options });
  const batches = await readAll(set, 64);
  const names = batches.flatMap((batch) => batch.names.map((name) => name.slice(path.length + 1)));
  const labels = batches.flatMap((batch) => [...batch.labels!]);
  return { labels: Object.fromEntries(names.map((name, i) => [name, labels[i]])), remarks: set.remarks };
}

describe('names among those that are known', () => {
  it.each([
    ['the same', ['b', 'a'], ['a', 'b', 'c'], [1, 0], undefined],
    ['padded', ['00', '07'], ['7', '0', '10'], [1, 0], /zeros before them: 00 is 0, 07 is 7/],
    ['not padded', ['7'], ['00', '07'], [1], /7 is 07/],
    ['written otherwise', ['Cat', 'DOG'], ['dog', 'cat'], [1, 0], /Cat is cat, DOG is dog/],
    ['composed otherwise', ['e\u0301'], ['a', '\u00e9'], [1], /capital/],
  ])('%s', (_, given, known, labels, remark) => {
    const same = namesAmong(given, known);
    expect(given.map((name) => same?.labels.get(name))).toEqual(labels);
    if (remark) expect(same?.remark).toMatch(remark);
    else expect(same).toMatchObject({ remark: undefined });
  });

  it.each([
    ['one is none of them', ['a', 'd'], ['a', 'b']],
    ['two are the same', ['7', '07'], ['7', '8']],
    ['two of those that are known are', ['CAT'], ['cat', 'Cat']],
  ])('not where %s', (_, given, known) => {
    expect(namesAmong(given, known)).toBeUndefined();
  });
});

describe("class folders against a bundle's names", () => {
  const padded = BY_NAME.map((name) => name.padStart(2, '0'));

  it('padded, where the bundle has them as Keras sorts them', async () => {
    const path = foldersOf(padded);
    const { labels, remarks } = await labelsOf(path, { classNames: BY_NAME });
    expect(labels).toMatchObject({ '02/a.png': 4, '10/a.png': 2 });
    expect(remarks).toEqual([expect.stringMatching(/but for zeros before them: 00 is 0, 01 is 1/)]);
  });

  it('in labels.csv, too', async () => {
    const files = Object.fromEntries(padded.map((name) => [`${name}.png`, png]));
    const csv = `file,label\n${padded.map((name) => `${name}.png,${name}\n`).join('')}`;
    const path = writeFiles(join(root, `set${++made}`), { ...files, 'labels.csv': csv });
    const { labels, remarks } = await labelsOf(path, { classNames: BY_NAME });
    expect(labels).toMatchObject({ '02.png': 4, '10.png': 2 });
    expect(remarks).toEqual([expect.stringMatching(/00 is 0/)]);
  });

  it('called by numbers, where the bundle has words, are labels, and that is said', async () => {
    const classNames = BY_NAME.map((name) => `person ${name}`);
    const { labels, remarks } = await labelsOf(foldersOf(BY_NAME), { classNames });
    expect(labels).toMatchObject({ '2/a.png': 2, '10/a.png': 10 });
    expect(remarks).toEqual([expect.stringMatching(/taken for labels: 0 is person 0/)]);
  });

  it('called otherwise are refused, as long as no order is told', async () => {
    const path = foldersOf(['cat', 'dog', 'eel']);
    const options = { classes: 3, classNames: ['ant', 'cat', 'dog'] };
    await expect(labelsOf(path, options)).rejects.toMatchObject({
      message: expect.stringMatching(/eel: no class is called so/),
      hint: expect.stringMatching(/ant, cat, dog.*--class-order name/),
    });
    const { labels } = await labelsOf(path, { ...options, order: 'name' });
    expect(labels).toMatchObject({ 'cat/a.png': 0, 'eel/a.png': 2 });
  });

  it('from 1 to N are told to be taken in order', async () => {
    const { labels, remarks } = await labelsOf(foldersOf(['1', '2', '3']), { classes: 3 });
    expect(labels).toEqual({ '1/a.png': 0, '2/a.png': 1, '3/a.png': 2 });
    expect(remarks).toEqual([expect.stringMatching(/1 is 0, 3 is 2/)]);
  });
});
