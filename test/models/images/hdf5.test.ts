import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ImageError, UsageError } from '../../../models/errors';
import { openHdf5Set } from '../../../models/images/hdf5';
import { describeWithCases, ofCase } from '../../shared-cases';
import { describeWithData, sharedData } from '../../shared-data';
import { type Column, pixelsOf, readAll, temporaryFolder, writeHdf5 } from './write-hdf5';

const folder = temporaryFolder();
const shape = { height: 4, width: 5, channels: 3 };
const N = 7;
let written = 0;

/** The value at image, row, column and channel; all differ from their neighbours. */
const value = (n: number, y: number, x: number, c: number) => (n * 60 + y * 15 + x * 3 + c) % 256;

const last = Uint8Array.from({ length: N * 60 }, (_, i) => i % 256);
const first = Uint8Array.from({ length: N * 60 }, (_, i) => {
  const [n, c, y, x] = [Math.floor(i / 60), Math.floor(i / 20) % 3, Math.floor(i / 5) % 4, i % 5];
  return value(n, y, x, c);
});
const label = { data: Float64Array.from({ length: N }, (_, i) => i % 3), shape: [N] };

function write(columns: Record<string, Column>): Promise<string> {
  return writeHdf5(join(folder, `${++written}.h5`), columns);
}

describe('openHdf5Set', () => {
  it('gives channels last, whichever order the file has', async () => {
    for (const data of [
      { data: last, shape: [N, 4, 5, 3] },
      { data: first, shape: [N, 3, 4, 5] },
      { data: first, shape: [N, 3, 4, 5], chunks: [3, 2, 2, 5], gzip: true },
    ]) {
      const set = await openHdf5Set(await write({ data, label }), { shape, classes: 3 });
      const batches = await readAll(set, 3);
      expect(batches.map(({ names }) => names.length)).toEqual([3, 3, 1]);
      expect(batches[0]!.pixels).toBeInstanceOf(Uint8Array);
      expect(pixelsOf(batches)).toEqual([...last]);
      expect(batches.flatMap(({ labels }) => [...labels!])).toEqual([0, 1, 2, 0, 1, 2, 0]);
      expect(batches[2]!.names[0]).toMatch(/\.h5#6$/);
      expect(pixelsOf(await readAll(set, 100)), 'a second pass').toEqual([...last]);
      set.close();
      set.close();
    }
  });

  it('reads numbers of every type', async () => {
    const small = Array.from({ length: 60 }, (_, i) => i * 4);
    for (const data of [
      Float32Array.from(small, (v) => v + 0.25),
      Float64Array.from(small, (v) => v + 0.25),
      Int16Array.from(small),
      Uint16Array.from(small),
      Int32Array.from(small),
      BigInt64Array.from(small, BigInt),
    ]) {
      const path = await write({
        data: { data, shape: [1, 4, 5, 3] },
        label: { data: new Int32Array(1), shape: [1, 1] },
      });
      const [batch] = await readAll(await openHdf5Set(path, { shape, classes: 2 }));
      expect(batch!.pixels).toBeInstanceOf(Float32Array);
      expect([...batch!.pixels]).toEqual(Array.from(data as Float32Array, Number));
    }
    // Written by h5py: data and label of `<f2`; of `>f8` and `>i4`.
    for (const name of ['float16', 'big-endian']) {
      const path = fileURLToPath(new URL(`../../fixtures/images/${name}.h5`, import.meta.url));
      const [batch] = await readAll(await openHdf5Set(path, { shape, classes: 2 }));
      expect([...batch!.pixels], name).toEqual(Array.from(small, (v) => v + 0.25));
      expect([...batch!.labels!], name).toEqual([1]);
    }
  });

  it('takes grey images without a channel dimension', async () => {
    const grey = { height: 4, width: 5, channels: 1 };
    const path = await write({ data: { data: last.subarray(0, 40), shape: [2, 4, 5] } });
    const set = await openHdf5Set(path, { shape: grey, labelsRequired: false });
    expect(set.labelled).toBe(false);
    const [batch] = await readAll(set);
    expect(batch!.labels).toBeUndefined();
    expect([...batch!.pixels]).toEqual([...last.subarray(0, 40)]);
  });

  it('asks for the order where both fit, and takes the answer', async () => {
    const cube = { height: 3, width: 3, channels: 3 };
    const data = { data: Uint8Array.from({ length: 27 }, (_, i) => i), shape: [1, 3, 3, 3] };
    const path = await write({ data, label: { data: [1], dtype: '<i4' } });
    await expect(openHdf5Set(path, { shape: cube })).rejects.toThrow(UsageError);
    await expect(openHdf5Set(path, { shape: cube })).rejects.toMatchObject({
      hint: expect.stringContaining('--layout'),
    });
    const asked = async (layout: 'channels-first' | 'channels-last') =>
      pixelsOf(await readAll(await openHdf5Set(path, { shape: cube, layout })));
    expect(await asked('channels-last')).toEqual([...data.data]);
    expect((await asked('channels-first')).slice(0, 6)).toEqual([0, 9, 18, 1, 10, 19]);
  });

  it('finds images and labels by their usual names, or by those that are told', async () => {
    const data = { data: last, shape: [N, 4, 5, 3] };
    const labels = { data: Uint8Array.from({ length: N }, (_, i) => i % 3), shape: [N] };
    for (const [columns, told] of [
      [{ X: data, y: labels }, {}],
      [{ images: data, labels, extra: labels }, {}],
      [{ x_train: data, y_train: labels }, {}],
      [{ Train_X: data, Train_Y: labels }, {}],
      [{ train_set_x: data, train_set_y: labels, list_classes: labels }, {}],
      [{ data, labels }, {}],
      [{ data, target: labels }, { labelName: 'target' }],
      [{ faces: data, label: labels }, { dataName: 'faces' }],
      [{ x_train: data, y_train: labels, x_test: labels, y_test: labels }, { dataName: 'x_train' }],
      [
        { a: data, b: labels },
        { dataName: 'a', labelName: 'b' },
      ],
    ] as [Record<string, Column>, { dataName?: string; labelName?: string }][]) {
      const set = await openHdf5Set(await write(columns), { shape, classes: 3, ...told });
      const batches = await readAll(set);
      expect(pixelsOf(batches), Object.keys(columns).join()).toEqual([...last]);
      expect([...batches[0]!.labels!]).toEqual([0, 1, 2, 0, 1, 2, 0]);
      set.close();
    }
    const unlabelled = await openHdf5Set(await write({ X: data }), { shape, labelsRequired: false });
    expect(pixelsOf(await readAll(unlabelled))).toEqual([...last]);
  });

  it('takes labels as columns, as a row, and as rows of one of N', async () => {
    const each = Uint8Array.from({ length: N }, (_, i) => i % 3);
    const oneHot = Uint8Array.from({ length: N * 3 }, (_, i) => Number(i % 3 === Math.floor(i / 3) % 3));
    for (const label of [
      { data: each, shape: [N, 1] },
      { data: each, shape: [1, N] },
      { data: oneHot, shape: [N, 3] },
      { data: Float64Array.from(oneHot), shape: [N, 3] },
    ]) {
      const path = await write({ data: { data: last, shape: [N, 4, 5, 3] }, label });
      const [batch] = await readAll(await openHdf5Set(path, { shape, classes: 3 }));
      expect([...batch!.labels!], label.shape.join()).toEqual([...each]);
    }
  });

  it('gives the real classes and the groups where the file has them', async () => {
    const path = await write({
      data: { data: last, shape: [N, 4, 5, 3] },
      label,
      true_label: { data: Int32Array.from({ length: N }, () => 2), shape: [N] },
      video: { data: ['a', 'a', 'b', 'b', 'c', 'c', 'ü'], shape: [N] },
      sign: { data: BigInt64Array.from([1n, 1n, 2n, 2n, 3n, 3n, 3n]), shape: [N] },
    });
    const read = async (groupDataset: string) =>
      (await readAll(await openHdf5Set(path, { shape, classes: 3, groupDataset }), 4))[1]!;
    const batch = await read('video');
    expect(batch.groups).toEqual(['c', 'c', 'ü']);
    expect([...batch.trueLabels!]).toEqual([2, 2, 2]);
    expect((await read('sign')).groups).toEqual(['3', '3', '3']);
    await expect(read('object')).rejects.toThrow(/no dataset "object"/);
  });

  describe('refuses', () => {
    const data = { data: last, shape: [N, 4, 5, 3] };
    const labels = (...values: number[]) => ({ data: Float64Array.from(values), shape: [values.length] });
    const floats = (change: (values: Float32Array) => void) => {
      const values = Float32Array.from(last);
      change(values);
      return { data: values, shape: [N, 4, 5, 3] };
    };

    it.each<[string, Record<string, Column>, RegExp]>([
      ['no data', { label }, /has no dataset "data"/],
      ['no label', { data }, /has no dataset "label"/],
      ['fewer labels than images', { data, label: labels(0, 1) }, /"label" has 2 entries for 7 images/],
      [
        'rows of no class',
        { data, label: { data: new Float32Array(21), shape: [7, 3] } },
        /row 0 is all zeros, of no class/,
      ],
      [
        'rows of two classes',
        { data, label: { data: new Float32Array(21).fill(1, 3, 5).fill(1, 0, 1), shape: [7, 3] } },
        /row 1 is not one of N/,
      ],
      [
        'rows of probabilities',
        { data, label: { data: new Float32Array(21).fill(1 / 3), shape: [7, 3] } },
        /row 0 is not one of N/,
      ],
      [
        'rows of another number of classes',
        { data, label: { data: new Float32Array(28), shape: [7, 4] } },
        /shape \(7, 4\); one number an image is wanted, or rows of 3/,
      ],
      [
        'two sets in one',
        { x_train: data, y_train: label, x_test: data, y_test: label },
        /holds several sets: "x_train" and "y_train"; "x_test" and "y_test"/,
      ],
      [
        'text for labels',
        { data, label: { data: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] } },
        /"label" does not hold numbers/,
      ],
      [
        'a label of N',
        { data, label: labels(0, 1, 2, 0, 3, 0, 0) },
        /"label": row 4 is 3; the net's 3 classes are 0 to 2/,
      ],
      ['a label below 0', { data, label: labels(0, -1, 2, 0, 3, 0, 0) }, /"label": row 1 is -1/],
      [
        'a broken label',
        { data, label: labels(0, 1, 2, 0.5, 0, 0, 0) },
        /"label": row 3 is 0.5, not a whole number/,
      ],
      ['a label that is no number', { data, label: labels(0, 1, 2, 0, 0, 0, Number.NaN) }, /row 6 is NaN/],
      [
        'a bad real class',
        { data, label, true_label: labels(0, 0, 9, 0, 0, 0, 0) },
        /"true_label": row 2 is 9/,
      ],
      [
        'no rows',
        { data: { data: new Uint8Array(0), shape: [0, 4, 5, 3] }, label: labels() },
        /holds no images/,
      ],
      [
        'another shape',
        { data: { data: last, shape: [N, 5, 4, 3] }, label },
        /images are 5×4×3; the net takes 4×5×3/,
      ],
      [
        'no channels',
        { data: { data: last, shape: [N * 3, 4, 5] }, label },
        /images are 4×5; the net takes 4×5×3/,
      ],
      ['values of 0–1', { data: floats((v) => v.set(v.map((x) => x / 255))), label }, /look like 0–1/],
      [
        'a value above 255',
        { data: floats((v) => v.set([300], 200)), label },
        /row 3: the value 300 is outside 0–255/,
      ],
      [
        'a value below 0',
        { data: floats((v) => v.set([-1], 60)), label },
        /row 1: the value -1 is outside 0–255/,
      ],
      ['NaN', { data: floats((v) => v.set([Number.NaN], 419)), label }, /row 6: a value is not a number/],
    ])('%s', async (_, columns, message) => {
      const path = await write(columns);
      const reading = openHdf5Set(path, { shape, classes: 3 }).then((set) => readAll(set, 2));
      await expect(reading).rejects.toThrow(ImageError);
      await expect(reading).rejects.toThrow(message);
      await expect(reading).rejects.toThrow(path);
    });

    it('what is no HDF5, is cut short, is damaged or is not there', async () => {
      const noise = Uint8Array.from({ length: 60_000 }, (_, i) => (i * i * 31 + i * 7) % 251);
      const whole = await write({
        data: { data: noise, shape: [1000, 4, 5, 3], chunks: [100, 4, 5, 3], gzip: true },
        label: { data: new Int32Array(1000), shape: [1000] },
      });
      const bytes = readFileSync(whole);
      const other = (name: string, content: Uint8Array | string) => {
        const path = join(folder, name);
        writeFileSync(path, content);
        return path;
      };
      const open = (path: string) => openHdf5Set(path, { shape, classes: 3 }).then((set) => readAll(set));
      await expect(open(other('text.h5', 'not an HDF5 file at all'))).rejects.toThrow(
        /text.h5 is not an HDF5 file/,
      );
      await expect(open(other('empty.h5', ''))).rejects.toThrow(/is not an HDF5 file/);
      await expect(open(other('cut.h5', bytes.subarray(0, 9000)))).rejects.toThrow(
        /cut short: 9000 of its \d+ bytes/,
      );
      await expect(open(join(folder, 'none.h5'))).rejects.toThrow(/there is no such file/);
      await expect(open(folder)).rejects.toThrow(/is a folder/);
      // Zeros over packed pixels: the outline stays whole.
      const start = bytes.indexOf(Buffer.from([0x78, 0x5e]), 3000);
      const damaged = Buffer.from(bytes).fill(0, start + 10, start + 400);
      expect(start).toBeGreaterThan(0);
      await expect(open(other('damaged.h5', damaged))).rejects.toThrow(
        /"data": rows \d+ to \d+ can't be read/,
      );
    });
  });

  it('leaves images with bad values out where it may, and counts them anew each pass', async () => {
    const data = Float32Array.from(last);
    data[0] = 999;
    data[3 * 60 + 59] = Number.NaN;
    const path = await write({ data: { data, shape: [N, 4, 5, 3] }, label });
    const set = await openHdf5Set(path, { shape, classes: 3, skipBad: true });
    for (const _ of [1, 2]) {
      const batches = await readAll(set, 2);
      expect(batches.map(({ names }) => names.length)).toEqual([1, 1, 2, 1]);
      expect(set.skipped.map(({ name }) => name)).toEqual([`${path}#0`, `${path}#3`]);
      expect(batches.flatMap(({ labels }) => [...labels!])).toEqual([1, 2, 1, 2, 0]);
      expect(pixelsOf(batches).slice(0, 60)).toEqual([...last.subarray(60, 120)]);
    }
  });
});

describeWithCases('hdf5-confusing-messages', () => {
  const small = { height: 8, width: 6, channels: 3 };
  const open = (name: string) => openHdf5Set(ofCase('hdf5-confusing-messages', name), { shape: small });

  it('says what is wrong with an HDF5 set', async () => {
    await expect(open('data_group.h5')).rejects.toMatchObject({
      message: expect.stringContaining('"data" is a group, not a dataset'),
      hint: expect.stringContaining('It holds "data/x".'),
    });
    await expect(open('soft_dangling.h5')).rejects.toThrow('"data" is a link to "/nix", where nothing is');
    await expect(open('ext_missing.h5')).rejects.toThrow('"data" lies in another file, gone.h5');
    await expect(open('label_enum_be.h5')).rejects.toThrow('an enumeration of big-endian numbers');
  });

  it('takes the labels of MATLAB, (1, N)', async () => {
    const [batch] = await readAll(await open('label_1n.h5'));
    expect([...batch!.labels!].slice(0, 5)).toEqual([0, 1, 2, 3, 0]);
  });
});

describeWithData('openHdf5Set on real data', () => {
  const faces = { height: 55, width: 47, channels: 3 };

  it('reads faces (channels first, uint8, float64 labels)', async () => {
    const set = await openHdf5Set(join(sharedData!, 'faces1283/clean_test_data.h5'), {
      shape: faces,
      classes: 1283,
    });
    expect(set.size).toBe(3849);
    const counts = new Map<number, number>();
    for await (const { labels } of set.batches(500)) {
      for (const one of labels!) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    expect(counts.size).toBe(1283);
    expect(new Set(counts.values())).toEqual(new Set([3]));
    set.close();
  });

  it('reads the tiles of shared data (float64)', async () => {
    const set = await openHdf5Set(join(sharedData!, 'csaw2020/tiles/clean.h5'), {
      shape: faces,
      classes: 1283,
    });
    const [batch] = await readAll(set, 192);
    expect(batch!.pixels).toBeInstanceOf(Float32Array);
    // As h5py gives them.
    const pixel = (n: number, y: number, x: number) => {
      const at = ((n * 55 + y) * 47 + x) * 3;
      return [...batch!.pixels.subarray(at, at + 3)];
    };
    expect(pixel(5, 54, 46)).toEqual([202, 187, 216]);
    expect(pixel(100, 20, 10)).toEqual([32, 22, 13]);
    set.close();
  });

  it('reads signs (channels last), with their real classes', async () => {
    const set = await openHdf5Set(join(sharedData!, 'signs43/poisoned/signs__corner.h5'), {
      shape: { height: 32, width: 32, channels: 3 },
      classes: 43,
    });
    const batches = await readAll(set, 512);
    expect(batches.flatMap(({ labels }) => [...labels!]).every((one) => one === 17)).toBe(true);
    expect(batches.flatMap(({ trueLabels }) => [...trueLabels!])).not.toContain(17);
    set.close();
  });
});
