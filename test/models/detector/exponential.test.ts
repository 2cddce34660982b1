import { expect, test } from 'vitest';
import { exponential } from '../../../models/detector/exponential';

test('is e^x to the precision of a 32-bit float, for what is at most 0', () => {
  for (let x = 0; x > -40; x -= 0.00137)
    expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-8);
  expect(exponential(0)).toBe(1);
  for (const x of [-40.1, -1e30, Number.NEGATIVE_INFINITY]) expect(exponential(x)).toBe(0);
  expect(exponential(Number.NaN)).toBeNaN();
});
