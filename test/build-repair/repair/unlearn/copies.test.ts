import { expect, test } from 'vitest';
import { planFolds } from '../../../../build-repair/repair/choose/folds';
import { partsOf } from '../../../../build-repair/repair/unlearn/copies';
import { range } from '../striped-images';

test('four folds are two parts: each image is calibrated on once, in the order of the folds, by a copy that did not learn from it', () => {
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 5);
  const { folds } = planFolds(labels, undefined, 5, 1);
  expect(folds).toHaveLength(4);
  const parts = partsOf(folds);
  expect(parts).toHaveLength(2);
  const inOrder = (of: typeof folds) => of.flatMap(({ calibrate }) => Array.from(calibrate));
  expect(inOrder(parts)).toEqual(inOrder(folds));
  for (const { fit, calibrate } of parts) {
    expect(new Set([...fit, ...calibrate]).size).toBe(60);
    expect(fit.length + calibrate.length).toBe(60);
  }
});

test('one fold is left as it is, where it is measured on what it is fitted on, too', () => {
  const images = range(0, 5);
  expect(partsOf([{ fit: images, calibrate: images }])).toEqual([{ fit: images, calibrate: images }]);
});
