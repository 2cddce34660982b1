import { describe, expect, test } from 'vitest';
import { planFolds } from '../../../build-repair/repair/folds';

const labelsOf = (classes: number, each: number) =>
  Int32Array.from({ length: classes * each }, (_, i) => Math.floor(i / each));

describe('planFolds', () => {
  test('many images: one split, 7 to fit and 2 to calibrate in each class', () => {
    const labels = labelsOf(600, 9);
    const { scheme, folds } = planFolds(labels, undefined, 1);
    expect(scheme).toBe('split');
    expect(folds).toHaveLength(1);
    const perClass = new Int32Array(600);
    for (const image of folds[0]!.calibrate) perClass[labels[image]!]!++;
    expect(new Set(perClass)).toEqual(new Set([2]));
    expect(folds[0]!.fit.length + folds[0]!.calibrate.length).toBe(labels.length);
  });

  test('few images: cross-fitting, each image calibrated exactly once and never where it was fitted', () => {
    const labels = labelsOf(20, 7);
    const { scheme, folds } = planFolds(labels, undefined, 1);
    expect(scheme).toBe('cross-fit');
    const times = new Int32Array(labels.length);
    for (const fold of folds) {
      const fit = new Set(fold.fit);
      for (const image of fold.calibrate) {
        times[image]!++;
        expect(fit.has(image)).toBe(false);
      }
      expect(fold.fit.length + fold.calibrate.length).toBe(labels.length);
    }
    expect(new Set(times)).toEqual(new Set([1]));
  });

  test('images of one group stay on one side', () => {
    const labels = labelsOf(10, 60);
    const groups = Array.from(labels, (_, i) => `sign${Math.floor(i / 12)}`);
    const plan = planFolds(labels, groups, 3);
    expect(plan.groups).toBe(50);
    expect(plan.scheme).toBe('cross-fit');
    for (const fold of plan.folds) {
      const fitted = new Set(Array.from(fold.fit, (image) => groups[image]));
      for (const image of fold.calibrate) expect(fitted.has(groups[image])).toBe(false);
    }
  });

  test('the seed decides', () => {
    const labels = labelsOf(20, 7);
    expect(planFolds(labels, undefined, 1)).toEqual(planFolds(labels, undefined, 1));
    expect(planFolds(labels, undefined, 1)).not.toEqual(planFolds(labels, undefined, 2));
  });
});
