import { expect, test } from 'vitest';
import { labelsNotice } from '../../../build-repair/evaluate/labels-fit';

test('labels that do not fit are told by a net that named far more of the images that it came with', () => {
  const told = labelsNotice('a.h5', { n: 100, rate: 0.15 }, 0.9);
  expect(told).toMatch(/^a\.h5: the net names 15 % of these clean images rightly, and 90 % of those/);
  expect(labelsNotice('a.h5', { n: 100, rate: 0.7 }, 0.98)).toBeUndefined();
  // A net that was no better from the first.
  expect(labelsNotice('a.h5', { n: 100, rate: 0.3 }, 0.4)).toBeUndefined();
  expect(labelsNotice('a.h5', { n: 0, rate: 0 }, 0.98)).toBeUndefined();
});
