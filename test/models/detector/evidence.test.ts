import { describe, expect, it } from 'vitest';
import { onScale } from '../../../models/detector/scale';
import { firstScores, standardOf, suspicion } from '../../../models/detector/score';
import { Random } from '../../../models/random';

const unit = { zero: 0, spread: 1 };
const scales = [
  { kind: 'forgetting' as const, ...unit },
  { kind: 'latent' as const, ...unit },
];
const both = { kinds: ['forgetting', 'latent'] as const, ...unit };
const one = { kinds: ['forgetting'] as const, ...unit };

describe('a score', () => {
  it('is the sum of what each kind is above 0, on its scale', () => {
    const readings = { forgetting: Float32Array.of(3, 3, -3), latent: Float32Array.of(-1, 2, -2) };
    const scores = firstScores(readings, { scales, together: [{ ...both, zero: 1, spread: 2 }] }, 3);
    expect(Array.from(scores)).toEqual([1, 2, -0.5]);
  });

  it('is that of one kind alone, less the logarithm of what the sum is worth more, where that is higher', () => {
    const readings = { forgetting: Float32Array.of(12, -3), latent: Float32Array.of(0, -1) };
    const scores = firstScores(readings, { scales, together: [{ ...both, zero: 10 }] }, 2);
    expect(Array.from(scores)).toEqual([9.227, -3.773].map(Math.fround));
  });

  it('is on the scale of the kinds that an image has', () => {
    const readings = { forgetting: Float32Array.of(5, 5), latent: Float32Array.of(5, Number.NaN) };
    const together = [
      { ...both, spread: 2 },
      { ...one, zero: 1 },
    ];
    expect(Array.from(firstScores(readings, { scales, together }, 2))).toEqual([5, 4]);
  });

  it('is high, and a number, where evidence is beyond all numbers; without any it is a number, too', () => {
    const readings = {
      forgetting: Float32Array.of(Number.POSITIVE_INFINITY, Number.NaN, Number.NaN),
      latent: Float32Array.of(0, 0.5, Number.NaN),
    };
    const scores = suspicion(readings, { scales, together: [both, one] }, new Int32Array(3));
    expect(scores[0]).toBeGreaterThan(1000);
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(scores[1]).toBeCloseTo(0.5 - Math.log(16), 3);
  });

  it('joins what was asked further', () => {
    const readings = { forgetting: Float32Array.of(1, 1), transplant: Float32Array.of(2, Number.NaN) };
    const pieces = { scales: [], halves: unit, highest: unit };
    const asks = { askFrom: 0, pieces, scale: { zero: 1, spread: 0.5 }, firstWeight: 1 };
    const standard = { scales: scales.slice(0, 1), together: [one] };
    const joined = (join: 'sum' | 'larger') =>
      Array.from(suspicion(readings, { ...standard, transplant: { ...asks, join } }, Int32Array.of(0, 0)));
    expect(joined('sum')).toEqual([3, 1]);
    expect(joined('larger')).toEqual([2, 1]);
  });

  it('is higher where B names a class that its backdoor was found to lead to', () => {
    const readings = { forgetting: Float32Array.of(1, 1, -1) };
    const standard = { scales: scales.slice(0, 1), together: [one] };
    const suspected = { classes: [7, 3], worth: 4 };
    const scores = suspicion(readings, { ...standard, suspected }, Int32Array.of(3, 4, 7));
    expect(Array.from(scores)).toEqual([2.386, 1, 1.386].map(Math.fround));
  });
});

describe('the scales of clean images', () => {
  it('are told for all kinds, and for those that an image may have where it lacks some', () => {
    const random = new Random(2);
    const clean = () => Float32Array.from({ length: 200 }, () => random.normal());
    const latent = clean().map((value, i) => (i < 100 ? value : Number.NaN));
    const { together } = standardOf({ forgetting: clean(), latent, relearned: clean() }, 200);
    expect(together.map(({ kinds }) => kinds.join())).toEqual([
      'forgetting,latent,relearned',
      'forgetting,relearned',
      'forgetting,latent',
      'forgetting',
    ]);
    const [all, , , least] = together;
    expect(onScale(8, all!)).toBeLessThan(onScale(8, least!));
  });

  it('are told for no kinds that too few images have together', () => {
    const few = (n: number) => Float32Array.from({ length: 200 }, (_, i) => (i < n ? i : Number.NaN));
    const { together } = standardOf({ forgetting: few(200), latent: few(49), relearned: few(50) }, 200);
    expect(together.map(({ kinds }) => kinds.join())).toEqual(['forgetting,relearned', 'forgetting']);
  });
});
