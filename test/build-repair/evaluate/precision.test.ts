import { expect, test } from 'vitest';
import { precision } from '../../../build-repair/evaluate/precision';

test('of a thousand pictures one is poisoned: at α = 1 % ten others are flagged beside it', () => {
  expect(precision(1 / 1000, { detection: 1, falseAlarms: 0.01 })).toBeCloseTo(1 / (1 + 9.99));
  expect(precision(1 / 10, { detection: 0.5, falseAlarms: 0.05 })).toBeCloseTo(0.05 / (0.05 + 0.045));
});

test('no false alarms: every flag is right; nothing found: none is; nothing flagged: there is none', () => {
  expect(precision(0.01, { detection: 0.9, falseAlarms: 0 })).toBe(1);
  expect(precision(0.01, { detection: 0, falseAlarms: 0.01 })).toBe(0);
  expect(precision(0.01, { detection: 0, falseAlarms: 0 })).toBeNaN();
});
