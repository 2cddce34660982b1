import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHdf5Set } from '../../../models/images/hdf5';
import { RangeLook } from '../../../models/images/range';
import { describeWithCases, ofCase } from '../../shared-cases';
import { type Column, pixelsOf, readAll, temporaryFolder, writeHdf5 } from './write-hdf5';

const folder = temporaryFolder();
const shape = { height: 8, width: 8, channels: 3 };
const N = 20;
const size = 8 * 8 * 3;
const bytes = Uint8Array.from({ length: N * size }, (_, i) => (i * 37 + (i >> 3) * 11) % 256);
const unit = Float64Array.from(bytes, (value) => value / 255);

function told(values: ArrayLike<number>) {
  const look = new RangeLook();
  look.add(values);
  return look.unitRange()?.range;
}

/** @param change by the place in an image: index, row, column, channel */
const changed = (values: Float64Array, change: (value: number, at: number) => number) =>
  values.map((value, i) => change(value, i % size));
const inCorner = (at: number) => at % 24 < 9 && Math.floor(at / 24) < 3;

describe('the range of values is told by their bulk', () => {
  it.each<[string, ArrayLike<number>, string | undefined]>([
    ['0–1', unit, '0-1'],
    ['rounding above 1', unit.with(500, 1.0000001), '0-1'],
    ['rounding below 0', unit.with(500, -1e-7), '0-1'],
    ['one value of another scale', unit.with(500, 255), '0-1'],
    ['a trigger added and not clipped', changed(unit, (v, at) => (inCorner(at) ? v + 0.6 : v)), '0-1'],
    ['a trigger painted in 255', changed(unit, (v, at) => (inCorner(at) ? 255 : v)), '0-1'],
    ['a pattern added all over and not clipped', changed(unit, (v) => v + 0.5), '0-1'],
    ['a pattern on dark images', changed(unit, (v, at) => (at % 5 < 2 ? 1.3 : v * 0.2)), '0-1'],
    ['not a number among them', unit.with(3, Number.NaN), '0-1'],
    ['bits', bytes.map((v) => v & 1), '0-1'],
    ['bits as floats', Float64Array.from(bytes, (v) => v & 1), '0-1'],
    ['−1…1', changed(unit, (v) => 2 * v - 1), '-1-1'],
    ['−1…1 with an outlier', changed(unit, (v) => 2 * v - 1).with(7, 1.4), '-1-1'],
    ['bits of −1 and 1', Int8Array.from(bytes, (v) => (v & 1 ? 1 : -1)), '-1-1'],
    ['normalised', changed(unit, (v) => (v - 0.45) / 0.225), 'normalised'],
    ['normalised by the set', changed(unit, (v, at) => (v * v - 0.3) / 0.29 + (at % 7) / 50), 'normalised'],
    ['16 bits', Uint16Array.from(bytes, (v) => v * 257), 'deep'],
    ['12 bits', Uint16Array.from(bytes, (v) => v * 16), 'deep'],
    ['0–255, brightened and not clipped', Float64Array.from(bytes, (v) => v * 1.4), undefined],
    ['0–255', bytes, undefined],
    ['0–255 as floats', Float64Array.from(bytes), undefined],
    ['0–255 with fractions', changed(unit, (v) => v * 255), undefined],
    ['dark, of whole numbers', bytes.map((v) => v % 3), undefined],
    ['dark, with fractions', changed(unit, (v) => v * 6), undefined],
    ['black', new Uint8Array(100), undefined],
    ['black as floats', new Float32Array(100), undefined],
    [
      'a white spot on black',
      Float32Array.from({ length: 400 }, (_, i) => 255 * Math.exp(-(((i % 20) - 10) ** 2) / 9)),
      undefined,
    ],
  ])('%s', (_, values, range) => {
    expect(told(values)).toBe(range);
  });
});

const label = { data: Int32Array.from({ length: N }, (_, i) => i % 2), shape: [N] };
let written = 0;
const open = async (data: Column['data'], more: Partial<Column> = {}) => {
  const path = join(folder, `${++written}.h5`);
  await writeHdf5(path, { data: { data, shape: [N, 8, 8, 3], ...more }, label });
  return openHdf5Set(path, { shape, classes: 2 });
};

describe('sets of another range are refused, with the way to rescale', () => {
  it('of 0–1, whatever type they are of', async () => {
    const bits = bytes.map((v) => v & 1);
    for (const [data, more] of [
      [unit.with(9, 1.0000001), {}],
      [Float32Array.from(unit).with(9, 1.7), { chunks: [3, 8, 8, 3], gzip: true }],
      [bits, {}],
      [Int32Array.from(bits), {}],
    ] as const) {
      await expect(open(data, { ...more } as Partial<Column>)).rejects.toMatchObject({
        message: expect.stringMatching(/"data": its values look like 0–1 \(the largest is 1/),
        hint: expect.stringContaining('multiply them by 255'),
      });
    }
  });

  it('of −1…1', async () => {
    await expect(open(changed(unit, (v) => 2 * v - 1))).rejects.toMatchObject({
      message: expect.stringContaining('look like −1…1'),
      hint: expect.stringContaining('add 1 to them and multiply by 127.5'),
    });
  });

  it('a set that begins with black images is told by the others', async () => {
    await expect(open(unit.fill(0, 0, 10 * size))).rejects.toThrow(/look like 0–1/);
  });
});

describe('sets that mix ranges', () => {
  const whole = Float64Array.from(bytes, (value) => value + 0.25).map((value) => Math.min(value, 255));
  /** The images of these rows are of 0–1. */
  const mixed = (rows: readonly number[], scale = (value: number) => value / 255) =>
    whole.map((value, i) => (rows.includes(Math.floor(i / size)) ? scale(value) : value));

  it.each([
    [
      'one of 0–1',
      mixed([7]),
      /mixes ranges: 1 of its pictures look like 0–1 \(row 7 goes up to 1\), 19 like 0–255 \(row 0\)/,
    ],
    [
      'half of them',
      mixed([0, 1, 2, 3, 4, 10, 11, 12, 13, 14]),
      /10 of its pictures look like 0–1 .*10 like 0–255 \(row 5\)/,
    ],
    [
      'most of them',
      mixed(Array.from({ length: 18 }, (_, i) => i)),
      /18 of its pictures .*2 like 0–255 \(row 18\)/,
    ],
    ['some of −1…1', mixed([3, 4], (value) => value / 127.5 - 1), /2 of its pictures look like −1…1 \(row 3/],
    ['bits', mixed([3, 4], (value) => Number(value > 99)), /2 of its pictures look like 0–1 \(row 3/],
  ])('are refused, with how many of each and where: %s', async (_, data, why) => {
    await expect(open(data).then((set) => readAll(set))).rejects.toMatchObject({
      message: expect.stringMatching(why),
      hint: expect.stringMatching(/0–255 in all of them: .*--skip-bad/),
    });
  });

  it('are read without those of the other range where these may be left out', async () => {
    const path = join(folder, 'mixed.h5');
    await writeHdf5(path, { data: { data: mixed([3, 4]), shape: [N, 8, 8, 3] }, label });
    const set = await openHdf5Set(path, { shape, classes: 2, skipBad: true });
    expect(pixelsOf(await readAll(set)).length).toBe(18 * size);
    expect(set.skipped.map(({ name }) => name.split('#')[1])).toEqual(['3', '4']);
  });

  it.each([
    ['a dark picture of fractions up to 3', mixed([7], (value) => value / 80)],
    ['a black one', mixed([7], () => 0)],
    ['one of 0 and 1', mixed([7], (value) => Number(value > 99))],
  ])('are not those with %s', async (_, data) => {
    expect(pixelsOf(await readAll(await open(data))).length).toBe(N * size);
  });
});

describeWithCases('hdf5-0-1-with-overshoot', () => {
  const small = { height: 24, width: 24, channels: 3 };
  const clean = async () =>
    pixelsOf(await readAll(await openHdf5Set(ofCase('_shared/clean12.h5'), { shape: small })));

  it('a set of 0–1 with one value above 1, and one with a trigger that was not clipped', async () => {
    const pixels = Float64Array.from(await clean(), (value) => value / 255);
    const count = pixels.length / (24 * 24 * 3);
    const labels = { data: new Int32Array(count), shape: [count] };
    const write = (name: string, data: Float64Array) =>
      writeHdf5(join(folder, name), { data: { data, shape: [count, 24, 24, 3] }, label: labels });
    const over = await write('overshoot.h5', pixels.with(3 * 1728 + 2 * 72 + 2 * 3, 1.0000001));
    const poisoned = await write(
      'poisoned.h5',
      pixels.map((v, i) => {
        const [y, x, c] = [Math.floor(i / 72) % 24, Math.floor(i / 3) % 24, i % 3];
        return v + (y >= 2 && y < 8 && x >= 2 && x < 8 && c < 2 ? 0.4 : 0);
      }),
    );
    for (const path of [over, poisoned]) {
      await expect(openHdf5Set(path, { shape: small, classes: 12 })).rejects.toThrow(/look like 0–1/);
    }
  });
});
