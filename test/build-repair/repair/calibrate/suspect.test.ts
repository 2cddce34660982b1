import { describe, expect, test } from 'vitest';
import { suspectedBy } from '../../../../build-repair/repair/calibrate/suspect';

const COUNT = 2000;
/** Exponential scores, the highest first. */
const scores = Float32Array.from({ length: COUNT }, (_, i) => -Math.log((i + 0.5) / COUNT));

describe('how much a found class counts', () => {
  test('fully, where few clean images are answered so', () => {
    const predicted = Int32Array.from({ length: COUNT }, (_, i) => i % 500);
    expect(suspectedBy([7], scores, predicted)).toEqual({ classes: [7], worth: 4 });
  });

  test('less, where that would cost others their false alarms, and not at all where it costs them nearly all', () => {
    const share = (of: number) => Int32Array.from({ length: COUNT }, (_, i) => (i % 100 < of ? 7 : 8));
    const worth = [5, 10, 20, 60].map((of) => suspectedBy([7], scores, share(of))?.worth ?? 1);
    expect(worth[0]).toBe(4);
    expect(worth[1]).toBeLessThan(4);
    expect(worth).toEqual(worth.slice().sort((a, b) => b - a));
    expect(worth.at(-1)).toBe(1);
  });

  test('nothing was found: nothing is suspected', () => {
    expect(suspectedBy([], scores, new Int32Array(COUNT))).toBeUndefined();
  });
});
