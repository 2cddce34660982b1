import { describe, expect, test } from 'vitest';
import { alikeInWords, lookForAlike } from '../../../build-repair/images/alike';
import type { LoadedImages } from '../../../build-repair/images/load';
import { loadImages } from '../../../build-repair/images/load';
import { openImages } from '../../../build-repair/images/open-images';
import { Random } from '../../../models/random';
import { describeWithCases, ofCase } from '../../shared-cases';

const shape = { height: 13, width: 10, channels: 3 };
const size = 390;
const random = new Random(1);
const N = 60;

/** @param imageOf the values of an image, by its number */
function images(imageOf: (image: number) => Float32Array, count = N): LoadedImages {
  return {
    shape,
    count,
    labels: new Int32Array(count),
    trueLabels: undefined,
    groups: undefined,
    names: [],
    gather: (indices) => Float32Array.from(Array.from(indices).flatMap((image) => [...imageOf(image)])),
    dispose() {},
  };
}

const other = Array.from({ length: N }, () => {
  const [a, b, c] = [random.uniform(0, 200), random.uniform(20, 55), random.uniform(1, 40)];
  return Float32Array.from({ length: size }, (_, i) => a + b * Math.sin(i / c));
});
const noisy = (values: Float32Array) => values.map((value) => value + random.uniform(-3, 3));

describe('images that are alike', () => {
  test('are told where they are many, copies and near-copies', () => {
    for (const copy of [(v: Float32Array) => v, noisy]) {
      const told = lookForAlike(images((i) => (i < 45 ? copy(other[0]!) : other[i]!)));
      expect(told.same).toBe(45);
      expect(alikeInWords(told, 'clean.h5')).toEqual([
        'clean.h5: 45 of 60 images are the same picture, or nearly',
      ]);
    }
  });

  test('are told where most have a copy, of whatever picture, unless copies are of one group', () => {
    const twins = images((i) => other[Math.floor(i / 5)]!);
    const told = lookForAlike(twins);
    expect(told).toMatchObject({ same: 5, copied: N, compared: N });
    expect(alikeInWords(told, 'clean.h5')).toEqual([
      expect.stringMatching(/^clean\.h5: 60 of 60 images .* --group/s),
    ]);
    const groups = Array.from({ length: N }, (_, i) => String(Math.floor(i / 5)));
    expect(alikeInWords(lookForAlike({ ...twins, groups }), 'clean.h5')).toEqual([]);
    const few = lookForAlike(images((i) => other[i < 4 ? 0 : i]!));
    expect(alikeInWords(few, 'clean.h5')).toEqual([]);
  });

  test('are not told where pictures differ', () => {
    expect(alikeInWords(lookForAlike(images((i) => other[i]!)), 'clean.h5')).toEqual([]);
  });

  test('are told apart where all are dark, or faint', () => {
    const smooth = Array.from({ length: N }, () => {
      const [a, b, c] = [random.uniform(60, 200), random.uniform(40, 60), random.uniform(30, 120)];
      return Float32Array.from({ length: size }, (_, i) => a + b * Math.sin(i / c));
    });
    const dims = [
      (v: number) => Math.max(0, v / 80),
      (v: number) => Math.max(0, Math.floor(v / 64)),
      (v: number) => 120 + (v - 100) / 60,
    ];
    for (const dim of dims) {
      const told = lookForAlike(images((i) => smooth[i]!.map(dim)));
      expect(alikeInWords(told, 'clean.h5')).toEqual([]);
      const copies = lookForAlike(images((i) => smooth[i < 45 ? 7 : i]!.map(dim)));
      expect(copies.same).toBeGreaterThanOrEqual(45);
      expect(copies.same).toBeLessThan(50);
    }
  });

  test('noise on black is called so', () => {
    expect(() => alikeInWords(lookForAlike(images(() => noisy(new Float32Array(size)))), 'clean.h5')).toThrow(
      /same picture, of one colour but for noise/,
    );
  });

  test('images of one colour are reported', () => {
    const told = lookForAlike(images((i) => (i < 30 ? new Float32Array(size).fill(8 * i) : other[i]!)));
    expect(alikeInWords(told, 'clean.h5')).toEqual(['clean.h5: 30 of 60 images are of one colour']);
  });

  test('are refused where all are the same, black or not', () => {
    for (const one of [new Float32Array(size), other[3]!]) {
      expect(() => alikeInWords(lookForAlike(images(() => noisy(one))), 'clean.h5')).toThrow(
        /all 60 images that were looked at are the same picture/,
      );
    }
    expect(alikeInWords(lookForAlike(images(() => other[0]!, 1)), 'clean.h5')).toEqual([]);
  });
});

describeWithCases('constant-images-hang', () => {
  const small = { height: 24, width: 24, channels: 3 };
  test('images whose source is missing are refused', async () => {
    await expect(openImages(ofCase('constant-images-hang/clean.h5'), { shape: small })).rejects.toThrow(
      /lies in another file, gone\.h5/,
    );
  });

  test('the images of _shared are not alike', async () => {
    const set = await openImages(ofCase('_shared/clean12.h5'), { shape: small });
    const loaded = await loadImages(set);
    expect(alikeInWords(lookForAlike(loaded), 'clean')).toEqual([]);
    loaded.dispose();
    set.close();
  });
});
