import { expect, test } from 'vitest';
import { percent, rateOf } from '../../../build-repair/evaluate/interval';

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

test('no images, no rate', () => {
  expect(percent(rateOf(0, 0))).toBe('none');
  expect(percent(rateOf(1, 1))).toBe('100.0 % (20.7–100.0)');
});
