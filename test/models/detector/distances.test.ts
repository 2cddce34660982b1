import { describe, expect, it } from 'vitest';
import { directions, measure } from '../../../models/detector/distances';
import { distances } from '../../../models/detector/mahalanobis';
import { onScale, quantile, rounded, scaleOf } from '../../../models/detector/scale';
import { firstKinds } from '../../../models/detector/score';
import type { Summary } from '../../../models/detector/summaries';
import { plainDiscriminant } from '../../plain-discriminant';

describe('the distance to the class that B names', () => {
  const gaussians = {
    features: 9,
    dimensions: 2,
    means: Float32Array.of(0, 0, 10, 20, 5, 5),
    known: Uint8Array.of(1, 1, 0),
  };

  it('is the mean square of what lies between, image by image', () => {
    const projected = Float32Array.of(3, 4, 11, 23, 12, 20, 5, 5);
    const found = distances(projected, Int32Array.of(0, 1, 1, 0), gaussians);
    expect([...found]).toEqual([(9 + 16) / 2, (1 + 9) / 2, 4 / 2, 50 / 2]);
  });

  it('is none of a class of which too little is known', () => {
    const [none, some] = distances(Float32Array.of(5, 5, 1, 1), Int32Array.of(2, 0), gaussians);
    expect(none).toBeNaN();
    expect(some).toBe(1);
  });
});

describe('what is measured of a picture', () => {
  // Five dimensions: four at once, and one that is left.
  const latent = directions(Int8Array.of(3, 0, 0, 0, 4, 0, 6, 0, 8, 0, 0, 0, 0, 0, 0), 5);
  const summary = (values: number[], likeliest: number[], more: object = {}) =>
    ({
      latent: Float32Array.from(values),
      likeliest: Int32Array.from(likeliest),
      ...more,
    }) as unknown as Summary;

  it('are the lengths of the mean directions', () => {
    expect([latent.dimensions, ...latent.lengths]).toEqual([5, 5, 10, 0]);
  });

  it('is how far it points away from the nearest of the classes that are likeliest', () => {
    const found = measure(
      [
        summary([0.6, 0, 0, 0, 0.8], [0]),
        summary([0, 1, 0, 0, 0], [0, 1]),
        summary([0, 1, 0, 0, 0], [1, 0]),
        summary([0, 0, 0, -1, 1], [1]),
        summary([-0.6, 0, 0, 0, -0.8], [0]),
        summary([1, 1, 1, 1, 1], [2]),
        summary([1, 0, 0, 0, 0], [2, 0]),
        summary([0, 0, 1, 0, 0], [0]),
      ],
      { latent },
    );
    expect(Object.keys(found)).toEqual(['latent']);
    const expected = [0, 1 - 0.6, 1 - 0.6, 1 + 0.8, 2, 1, 1 - 0.6, 1];
    expected.forEach((each, i) => {
      expect(found.latent![i]).toBeCloseTo(each, 6);
    });
  });

  it('is told for each kind that there is', () => {
    const look = {
      channels: 1,
      dimensions: 2,
      floor: 1,
      projection: Float32Array.of(1, 0, 0, 2),
      centre: Float32Array.of(3, 0),
    };
    const image = summary([0.6, 0, 0, 0, 0.8], [0], {
      trunk: Float32Array.of(0, 1),
      look: Float32Array.of(5, Math.E - 1),
    });
    const trunk = directions(Int8Array.of(0, 7), 2);
    const found = measure([image, image], { latent, trunk, look });
    expect(Object.keys(found).sort()).toEqual(['latent', 'look', 'trunk']);
    expect(found.trunk![1]).toBeCloseTo(0, 6);
    // (5 − 3, 2 · ln(e − 1 + 1)): squares 4 and 4, their mean 4.
    expect(found.look![0]).toBeCloseTo(Math.log(4), 6);
    expect(found.look![1]).toBe(found.look![0]);
    // What is as usual as can be has a logarithm all the same.
    const usual = { ...look, centre: Float32Array.of(5, 2) };
    expect(measure([image], { latent, look: usual }).look![0]).toBeLessThan(-10);
    expect(Number.isFinite(measure([image], { latent, look: usual }).look![0])).toBe(true);
  });
});

describe('a scale', () => {
  it('is told by the highest fifth of clean values', () => {
    const clean = Float32Array.from({ length: 11 }, (_, i) => i);
    // From 8 on: 9 and 10 exceed it by 1.5 in the mean, and a fifth of all is above.
    const { zero, spread } = scaleOf(clean);
    expect(spread).toBeCloseTo(1.5, 6);
    expect(zero).toBeCloseTo(8 + 1.5 * Math.log(0.2), 6);
    expect(scaleOf(Float32Array.of(Number.NaN, ...clean, Number.NaN))).toEqual({ zero, spread });
    expect(onScale(zero + 2 * spread, { zero, spread })).toBeCloseTo(2, 6);
    // Where clean values are all the same, it is narrow, and no division by nothing.
    expect(scaleOf(Float32Array.of(4, 4, 4)).spread).toBe(1e-6);
  });

  it('has quantiles between the values', () => {
    const values = Float32Array.of(0, 10, 30);
    expect([0, 0.25, 0.5, 0.75, 1].map((q) => quantile(values, q))).toEqual([0, 5, 10, 20, 30]);
    expect(quantile(Float32Array.of(7), 0.9)).toBe(7);
    expect(quantile(new Float32Array(), 0.5)).toBeNaN();
  });

  it('has scores of three decimals, and none that is infinite', () => {
    expect([1.23449, -1.2346, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(rounded)).toEqual([
      1.234, -1.235, 1e6, -1e6,
    ]);
  });
});

describe('the kinds that every image is asked for', () => {
  it('are those of the rule, of a bundle of before as well', () => {
    expect(firstKinds({ first: plainDiscriminant(['forgetting', 'latent']) })).toEqual([
      'forgetting',
      'latent',
    ]);
    const scales = [{ kind: 'trunk', zero: 0, spread: 1 }];
    expect(firstKinds({ first: { kind: 'tails', scales, together: [] } })).toEqual(['trunk']);
  });
});
