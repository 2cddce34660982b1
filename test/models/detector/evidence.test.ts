import { describe, expect, it } from 'vitest';
import { discriminants } from '../../../models/detector/discriminant';
import { firstScores, suspicion } from '../../../models/detector/score';
import { plainDiscriminant } from '../../plain-discriminant';

const unit = { zero: 0, spread: 1 };
const first = plainDiscriminant(['forgetting', 'latent']);
const one = plainDiscriminant(['forgetting']);
const rounded = (scores: Float32Array) => Array.from(scores, (score) => Math.round(1000 * score) / 1000);

describe('the discriminant of an image', () => {
  const predicted = Int32Array.of(0, 1);

  it('holds each reading against clean images of the class that B names, or else against all', () => {
    const classes = [{ class: 1, means: [5, 0], spreads: [2, 1] }];
    const readings = { forgetting: Float32Array.of(3, 3), latent: Float32Array.of(1, 1) };
    const scores = discriminants(readings, { ...first, classes }, predicted);
    expect(rounded(scores)).toEqual([4 / Math.SQRT2, 0].map((score) => Math.round(1000 * score) / 1000));
  });

  it('weighs readings by how far a backdoor is taken to shift them', () => {
    const readings = { forgetting: Float32Array.of(1, 0), latent: Float32Array.of(0, 1) };
    const scores = discriminants(readings, { ...first, shifts: [[2, 1]] }, predicted);
    expect(rounded(scores)).toEqual([0.894, 0.447]);
  });

  it('takes out what two readings have in common on clean images', () => {
    const covariance = [1, 0.8, 0.8, 1];
    const readings = { forgetting: Float32Array.of(2, 2), latent: Float32Array.of(2, 0) };
    // Of a kind that a backdoor does not shift: as usual at that value, or high for it.
    const [usual, high] = discriminants(readings, { ...first, covariance, shifts: [[1, 0]] }, predicted);
    expect(usual).toBeCloseTo((2 - 0.8 * 2) / 0.6, 5);
    expect(high).toBeCloseTo(2 / 0.6, 5);
  });

  it('is the higher of two sorts of backdoors, and no reading counts for much against either', () => {
    const shifts = [
      [2, 1],
      [0, 1],
    ];
    const readings = { forgetting: Float32Array.of(-50, 3), latent: Float32Array.of(3, -50) };
    const [forgotten, remembered] = discriminants(readings, { ...first, shifts }, predicted);
    expect(forgotten).toBeCloseTo(3, 5);
    expect(remembered).toBeCloseTo((2 * 3 - 2) / Math.sqrt(5), 5);
  });

  it('leaves out a reading that an image lacks, as if it had never been asked', () => {
    const covariance = [1, 0.5, 0.5, 1];
    const readings = { forgetting: Float32Array.of(2, 2), latent: Float32Array.of(Number.NaN, 1) };
    const [without, withIt] = discriminants(readings, { ...first, covariance }, predicted);
    expect(without).toBeCloseTo(2, 5);
    expect(withIt).toBeCloseTo(3 / Math.sqrt(3), 5);
  });

  it('is a number where a reading is beyond all numbers, and where there is none', () => {
    const readings = {
      forgetting: Float32Array.of(Number.POSITIVE_INFINITY, Number.NaN),
      latent: Float32Array.of(Number.NEGATIVE_INFINITY, Number.NaN),
    };
    const [high, none] = discriminants(readings, first, predicted);
    expect(high).toBeGreaterThan(100);
    expect(high).toBeLessThan(1e4);
    expect(none).toBe(0);
  });
});

describe('a score', () => {
  it('is the discriminant on its scale', () => {
    const readings = { forgetting: Float32Array.of(3, -1) };
    const scaled = { ...one, scale: { zero: 1, spread: 0.5 } };
    expect(Array.from(firstScores(readings, { first: scaled }, new Int32Array(2)))).toEqual([4, -4]);
  });

  it('joins what was asked further', () => {
    const readings = { forgetting: Float32Array.of(1, 1), transplant: Float32Array.of(2, Number.NaN) };
    const pieces = { scales: [], halves: unit, highest: unit };
    const asks = { askFrom: 0, pieces, scale: { zero: 1, spread: 0.5 }, firstWeight: 1 };
    const joined = (join: 'sum' | 'larger') =>
      Array.from(suspicion(readings, { first: one, transplant: { ...asks, join } }, Int32Array.of(0, 0)));
    expect(joined('sum')).toEqual([3, 1]);
    expect(joined('larger')).toEqual([2, 1]);
  });

  it('is higher where B names a class that its backdoor was found to lead to', () => {
    const readings = { forgetting: Float32Array.of(1, 1, -1) };
    const suspected = { classes: [7, 3], worth: 4 };
    const scores = suspicion(readings, { first: one, suspected }, Int32Array.of(3, 4, 7));
    expect(Array.from(scores)).toEqual([2.386, 1, 0.386].map(Math.fround));
  });
});

describe('a score of a bundle of format 7', () => {
  const scales = ['forgetting', 'latent'].map((kind) => ({ kind, ...unit }));
  const both = { kinds: ['forgetting', 'latent'], ...unit };
  const scoresBy = (
    together: readonly (typeof both)[],
    readings: { forgetting: Float32Array; latent: Float32Array },
  ) =>
    firstScores(
      readings,
      { first: { kind: 'tails', scales, together } },
      new Int32Array(readings.latent.length),
    );

  it('is the sum of what each kind is above 0, on its scale', () => {
    const readings = { forgetting: Float32Array.of(3, 3, -3), latent: Float32Array.of(-1, 2, -2) };
    expect(Array.from(scoresBy([{ ...both, zero: 1, spread: 2 }], readings))).toEqual([1, 2, -0.5]);
  });

  it('is that of one kind alone, less the logarithm of what the sum is worth more, where that is higher', () => {
    const readings = { forgetting: Float32Array.of(12, -3), latent: Float32Array.of(0, -1) };
    const scores = scoresBy([{ ...both, zero: 10 }], readings);
    expect(Array.from(scores)).toEqual([9.227, -3.773].map(Math.fround));
  });

  it('is on the scale of the kinds that an image has', () => {
    const readings = { forgetting: Float32Array.of(5, 5), latent: Float32Array.of(5, Number.NaN) };
    const together = [
      { ...both, spread: 2 },
      { kinds: ['forgetting'], zero: 1, spread: 1 },
    ];
    expect(Array.from(scoresBy(together, readings))).toEqual([5, 4]);
  });
});
