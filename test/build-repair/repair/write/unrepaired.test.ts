import { expect, test } from 'vitest';
import { NOT_REPAIRED } from '../../../../build-repair/repair/unlearn/stand-alone';
import {
  aloneLine,
  aloneLines,
  isUnrepaired,
  unrepairedLine,
} from '../../../../build-repair/repair/write/unrepaired';

const alone = (after: number, before = 1) => ({
  images: 500,
  accuracyBefore: 0.98,
  accuracy: 0.9712,
  implanted: { before, after },
});

test('a net is not repaired where more than the limit is left; of what was not measured nothing is said', () => {
  expect(isUnrepaired(undefined)).toBe(false);
  expect(isUnrepaired(alone(NOT_REPAIRED))).toBe(false);
  expect(isUnrepaired(alone(NOT_REPAIRED + 0.001))).toBe(true);
});

test('the words of a net that is not repaired say so before its figures', () => {
  expect(aloneLines(alone(0.342, 0.97))).toEqual([
    'Not repaired: 34 % of the images with an implanted trigger still follow it.',
    'Repaired net alone: clean accuracy 98.0 → 97.1 %; implanted triggers 97 % → 34 %.',
  ]);
  expect(aloneLines(alone(0.02))).toEqual([aloneLine(alone(0.02))]);
});

test.each([
  [0, '0 %'],
  [0.004, '0.4 %'],
  [0.202, '20.2 %'],
  [0.2, '20 %'],
  [0.998, '99.8 %'],
  [1, '100 %'],
])('%d is %s: neither none, all nor the limit is claimed', (after, told) => {
  expect(aloneLine(alone(after))).toContain(` → ${told}.`);
  expect(unrepairedLine(alone(after))).toContain(`: ${told} of`);
});
