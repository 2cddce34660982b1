import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../build-repair/finding/types';
import { suspectedBy } from '../../../build-repair/repair/suspect';

const COUNT = 2000;
/** Exponential scores, the highest first. */
const scores = Float32Array.from({ length: COUNT }, (_, i) => -Math.log((i + 0.5) / COUNT));
const finding = (targets: readonly number[]) =>
  ({
    backdoored: targets.length > 0,
    targets: targets.map((each) => ({ class: each })),
  }) as unknown as Finding;

describe('how much a found target counts', () => {
  test('fully, where few clean images are answered so', () => {
    const named = Int32Array.from({ length: COUNT }, (_, i) => i % 500);
    expect(suspectedBy(finding([7]), scores, named)).toEqual({ classes: [7], worth: 4 });
  });

  test('less, where that would cost others their false alarms, and not at all where it costs them nearly all', () => {
    const share = (of: number) => Int32Array.from({ length: COUNT }, (_, i) => (i % 100 < of ? 7 : 8));
    const worth = [5, 10, 20, 60].map((of) => suspectedBy(finding([7]), scores, share(of))?.worth ?? 1);
    expect(worth[0]).toBe(4);
    expect(worth[1]).toBeLessThan(4);
    expect(worth).toEqual(worth.slice().sort((a, b) => b - a));
    expect(worth.at(-1)).toBe(1);
  });

  test('a net that shows no sign has no suspected classes', () => {
    expect(suspectedBy(finding([]), scores, new Int32Array(COUNT))).toBeUndefined();
    expect(suspectedBy(undefined, scores, new Int32Array(COUNT))).toBeUndefined();
  });
});
