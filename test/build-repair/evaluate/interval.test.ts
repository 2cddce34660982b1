import { expect, test } from 'vitest';
import { byGroups, leavesOut, percent, rateOf } from '../../../build-repair/evaluate/interval';

test("Wilson's interval, against published values", () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", method 3.
  const cases = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const;
  for (const [hits, n, low, high] of cases) {
    const rate = rateOf(hits, n);
    expect(rate.low).toBeCloseTo(low, 4);
    expect(rate.high).toBeCloseTo(high, 4);
  }
});

test('an interval that leaves out what was promised lies above it or below it', () => {
  expect(leavesOut(rateOf(30, 1000), 0.01)).toBe('above');
  expect(leavesOut(rateOf(2, 1000), 0.01)).toBe('below');
  expect(leavesOut(rateOf(12, 1000), 0.01)).toBeUndefined();
  expect(leavesOut(byGroups(rateOf(30, 1000), 40), 0.01)).toBeUndefined();
  expect(leavesOut(rateOf(0, 0), 0.01)).toBeUndefined();
  const { high, low } = rateOf(12, 1000);
  expect([leavesOut({ n: 1000, low, high }, low), leavesOut({ n: 1000, low, high }, high)]).toEqual([
    undefined,
    undefined,
  ]);
});

test('a rate of no images has no interval', () => {
  expect(percent(rateOf(0, 0))).toBe('none');
  expect(percent(rateOf(1, 1))).toBe('100.0 % (20.7–100.0)');
});
