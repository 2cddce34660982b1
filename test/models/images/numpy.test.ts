import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openImages } from '../../../build-repair/images/open-images';
import { readAll, temporaryFolder } from './write-hdf5';

const folder = temporaryFolder();
const shape = { height: 2, width: 3, channels: 3 };
let made = 0;

/** An array as np.save writes it. */
function npy(kind: string, values: ArrayBufferView, sides: string, order = 'False'): Uint8Array {
  const header = `${`{'descr': '${kind}', 'fortran_order': ${order}, 'shape': (${sides}), }`.padEnd(117)}\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`, 'latin1');
  return Buffer.concat([head, new Uint8Array(values.buffer)]);
}

const pixels = Uint8Array.from({ length: 36 }, (_, i) => i * 7);
const x = npy('|u1', pixels, '2, 2, 3, 3');
const y = npy('<i8', BigInt64Array.of(2n, 0n), '2,');

function write(files: Record<string, Uint8Array>): string {
  const path = join(folder, `${++made}`);
  mkdirSync(path);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes);
  return path;
}

const npz = (arrays: Record<string, Uint8Array>) => join(write({ 'set.npz': zipSync(arrays) }), 'set.npz');

async function read(path: string, options: object = {}) {
  const set = await openImages(path, { shape, classes: 3, ...options });
  const [batch] = await readAll(set);
  set.close();
  return { ...batch!, labels: batch!.labels && [...batch!.labels], pixels: [...batch!.pixels] };
}

describe('sets of NumPy', () => {
  it('an .npz: as np.savez and np.savez_compressed write it, of the usual names', async () => {
    const { labels, pixels: found, names } = await read(npz({ 'x_train.npy': x, 'y_train.npy': y }));
    expect(labels).toEqual([2, 0]);
    expect(found).toEqual([...pixels]);
    expect(names[1]).toMatch(/set\.npz#1$/);
  });

  it('names that are told, groups, and labels of floats or one of N', async () => {
    const ones = npy('<f4', Float32Array.of(0, 0, 1, 1, 0, 0), '2, 3');
    const of = { 'p.npy': x, 'q.npy': ones, 'g.npy': npy('<i2', Int16Array.of(4, 4), '2, 1') };
    const told = { dataName: 'p', labelName: 'q', group: 'dataset:g' };
    const { labels, groups } = await read(npz(of), told);
    expect(labels).toEqual([2, 0]);
    expect(groups).toEqual(['4', '4']);
  });

  it('an .npy with its labels beside it; without labels, alone', async () => {
    const path = write({ 'x_test.npy': x, 'y_test.npy': y, 'x_train.npy': x, 'y_train.npy': y });
    expect((await read(join(path, 'x_test.npy'))).labels).toEqual([2, 0]);
    const alone = join(write({ 'pictures.npy': x }), 'pictures.npy');
    expect((await read(alone, { labelsRequired: false })).pixels).toEqual([...pixels]);
    await expect(read(alone)).rejects.toThrow('there is no label.npy beside it');
  });

  it('channels first, as floats of 0 to 255', async () => {
    const first = npy(
      '<f8',
      Float64Array.from({ length: 18 }, (_, i) => i * 10 + 0.5),
      '1, 3, 2, 3',
    );
    const { pixels: found } = await read(
      npz({ 'x.npy': first, 'y.npy': npy('|u1', Uint8Array.of(1), '1,') }),
    );
    expect(found.slice(0, 3)).toEqual([0.5, 60.5, 120.5]);
  });

  const unit = npy(
    '<f4',
    Float32Array.from({ length: 36 }, (_, i) => i / 36),
    '2, 2, 3, 3',
  );
  it.each([
    ['an object array', { 'x.npy': npy('|O', pixels, '2,'), 'y.npy': y }, '"x" holds objects of Python'],
    ['labels as objects', { 'x.npy': x, 'y.npy': npy('|O', pixels, '2,') }, '"y" holds objects of Python'],
    ['labels as texts', { 'x.npy': x, 'y.npy': npy('<U3', pixels, '2,') }, 'does not hold numbers'],
    ['Fortran order', { 'x.npy': npy('|u1', pixels, '2, 2, 3, 3', 'True'), 'y.npy': y }, "can't be read"],
    ['big-endian', { 'x.npy': npy('>f4', pixels, '2, 2, 3, 3'), 'y.npy': y }, "can't be read"],
    [
      'an array cut short',
      { 'x.npy': x.subarray(0, -1), 'y.npy': y },
      'claims 36 bytes of numbers and has 35',
    ],
    ['no array', { 'x.npy': pixels, 'y.npy': y }, 'is not an array of NumPy'],
    ['0 to 1', { 'x.npy': unit, 'y.npy': y }, 'look like 0–1'],
    [
      'another count of labels',
      { 'x.npy': x, 'y.npy': npy('|u1', pixels.slice(0, 1), '1,') },
      'has 1 entries',
    ],
    ['a label of no class', { 'x.npy': x, 'y.npy': npy('|u1', Uint8Array.of(0, 3), '2,') }, 'row 1 is 3'],
    ['two sets', { 'x_train.npy': x, 'y_train.npy': y, 'x_test.npy': x, 'y_test.npy': y }, 'several sets'],
    ['no such array', { 'a.npy': x }, 'has no array "data"'],
  ])('refuses %s', async (_, arrays, why) => {
    await expect(read(npz(arrays as Record<string, Uint8Array>))).rejects.toThrow(why);
  });

  it('refuses a damaged zip, and one that claims more than it can hold', async () => {
    const path = write({ 'cut.npz': zipSync({ 'x.npy': x }).subarray(0, 60), 'bomb.npz': bomb() });
    await expect(read(join(path, 'cut.npz'))).rejects.toThrow('damaged or cut short');
    await expect(read(join(path, 'bomb.npz'))).rejects.toThrow('"x" claims 4294967040 bytes');
  });
});

/** Claims 4 GB in its directory. */
function bomb(): Uint8Array {
  const zip = Buffer.from(zipSync({ 'x.npy': x, 'y.npy': y }));
  const entry = zip.indexOf('PK\x01\x02', 0, 'latin1');
  zip.writeUInt32LE(0xffffff00, entry + 24);
  return zip;
}
