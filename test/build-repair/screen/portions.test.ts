import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSource } from '../../../build-repair/screen/portions';
import { hdf5Bytes } from '../../../models/hdf5/bytes';
import { plainPng, writeFiles } from '../images/write-images';

const root = mkdtempSync(join(tmpdir(), 'goodnet-portions-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const shape = { height: 4, width: 5, channels: 3 };

async function namesIn(path: string, dataName?: string): Promise<string[]> {
  const source = await openSource(path, { shape, dataName });
  try {
    const names: string[] = [];
    for await (const portion of source.portions()) names.push(...portion.names);
    return names;
  } finally {
    source.close();
  }
}

describe('what is screened', () => {
  it('is no list of labels, but an image that is called so', async () => {
    const png = await plainPng([9, 9, 200]);
    const folder = writeFiles(join(root, 'folder'), {
      'a.png': png,
      'labels.csv': 'file,label\na.png,0\n',
      'class_indices.json': '{"a": 0}',
      'below/labels.csv': png,
      'notes.txt': 'unreadable, and told so',
    });
    const source = await openSource(folder, { shape });
    expect(source.size).toBe(3);
    expect(source.ignored.map(({ name }) => name)).toEqual([
      join(folder, 'class_indices.json'),
      join(folder, 'labels.csv'),
    ]);
    expect(await namesIn(folder)).toEqual(
      ['a.png', 'notes.txt', 'below/labels.csv'].map((name) => join(folder, name)),
    );
  });

  it('is the dataset that is named, where a file has several', async () => {
    const path = join(root, 'two.h5');
    const pixels = (count: number) => new Uint8Array(count * 60).fill(100);
    const bytes = await hdf5Bytes((file) => {
      file.create_dataset({ name: 'x_train', data: pixels(3), shape: [3, 4, 5, 3], dtype: '<B' });
      file.create_dataset({ name: 'y_train', data: new Int32Array(3), shape: [3], dtype: '<i' });
      file.create_dataset({ name: 'x_test', data: pixels(2), shape: [2, 4, 5, 3], dtype: '<B' });
      file.create_dataset({ name: 'y_test', data: new Int32Array(2), shape: [2], dtype: '<i' });
    });
    writeFileSync(path, bytes);
    await expect(namesIn(path)).rejects.toMatchObject({ hint: expect.stringContaining('--data-name') });
    expect(await namesIn(path, 'x_test')).toEqual([`${path}#0`, `${path}#1`]);
  });
});
