import { describe, expect, it } from 'vitest';
import { firstScores, suspicion } from '../../../models/detector/evidence';

const unit = { zero: 0, spread: 1 };
const scales = [
  { kind: 'forgetting' as const, ...unit },
  { kind: 'latent' as const, ...unit },
];

describe('a score', () => {
  it('is the largest of the evidence and of the sum of what is above 1', () => {
    const readings = { forgetting: Float32Array.of(3, 3, -3), latent: Float32Array.of(-1, 2, -2) };
    const scores = firstScores(readings, { scales, together: { zero: 0, spread: 2 } }, 3);
    expect(Array.from(scores)).toEqual([3, 3, 0]);
    expect(firstScores(readings, { scales, together: { zero: 0, spread: 0.5 } }, 3)[1]).toBe(6);
  });

  it('is high, and a number, where evidence is beyond all numbers; evidence that is missing counts for nothing', () => {
    const readings = {
      forgetting: Float32Array.of(Number.POSITIVE_INFINITY, Number.NaN),
      latent: Float32Array.of(0, 0.5),
    };
    const scores = suspicion(readings, { scales, together: unit }, Int32Array.of(0, 0));
    expect(scores[0]).toBeGreaterThan(1000);
    expect(Number.isFinite(scores[0])).toBe(true);
    expect(scores[1]).toBe(0.5);
  });

  it('joins what was asked further', () => {
    const readings = { forgetting: Float32Array.of(1, 1), transplant: Float32Array.of(2, Number.NaN) };
    const pieces = { scales: [], halves: unit, highest: unit };
    const second = { askFrom: 0, pieces, transplant: { zero: 1, spread: 0.5 }, firstWeight: 1 };
    const standard = { scales: scales.slice(0, 1), together: unit };
    const joined = (join: 'sum' | 'larger') =>
      Array.from(suspicion(readings, { ...standard, second: { ...second, join } }, Int32Array.of(0, 0)));
    expect(joined('sum')).toEqual([3, 1]);
    expect(joined('larger')).toEqual([2, 1]);
  });

  it('is higher where B names a class that its backdoor was found to lead to', () => {
    const readings = { forgetting: Float32Array.of(1, 1, -1) };
    const standard = { scales: scales.slice(0, 1), together: { zero: 5, spread: 1 } };
    const suspected = { classes: [7, 3], worth: 4 };
    const scores = suspicion(readings, { ...standard, suspected }, Int32Array.of(3, 4, 7));
    expect(Array.from(scores)).toEqual([2.386, 1, 0.386].map(Math.fround));
  });
});
