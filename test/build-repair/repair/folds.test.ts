import { describe, expect, test } from 'vitest';
import { planFolds } from '../../../build-repair/repair/folds';

const labelsOf = (classes: number, each: number) =>
  Int32Array.from({ length: classes * each }, (_, i) => Math.floor(i / each));

describe('planFolds', () => {
  test('many images: one split, 7 to fit and 2 to calibrate in each class', () => {
    const labels = labelsOf(600, 9);
    const { scheme, folds } = planFolds(labels, undefined, 600, 1);
    expect(scheme).toBe('split');
    expect(folds).toHaveLength(1);
    const perClass = new Int32Array(600);
    for (const image of folds[0]!.calibrate) perClass[labels[image]!]!++;
    expect(new Set(perClass)).toEqual(new Set([2]));
    expect(folds[0]!.fit.length + folds[0]!.calibrate.length).toBe(labels.length);
  });

  test('few images: cross-fitting, each image calibrated exactly once and never where it was fitted', () => {
    const labels = labelsOf(20, 7);
    const { scheme, folds } = planFolds(labels, undefined, 20, 1);
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
    const plan = planFolds(labels, groups, 10, 3);
    expect(plan.groups).toBe(50);
    expect(plan.scheme).toBe('cross-fit');
    for (const fold of plan.folds) {
      const fitted = new Set(Array.from(fold.fit, (image) => groups[image]));
      for (const image of fold.calibrate) expect(fitted.has(groups[image])).toBe(false);
    }
  });

  /** Five classes of one sign, ten of three; twelve frames of each. */
  const frames = Array.from({ length: 12 * 35 }, (_, i) => {
    const sign = Math.floor(i / 12);
    return { label: sign < 5 ? sign : 5 + Math.floor((sign - 5) / 3), group: `sign${sign}` };
  });
  const labels = Int32Array.from(frames, ({ label }) => label);
  const groups = frames.map(({ group }) => group);
  const calibrated = (classes: number) =>
    new Set(planFolds(labels, groups, classes, 1).folds.flatMap(({ calibrate }) => Array.from(calibrate)));

  test('where every class has images, the only group of a class is fitted on in every fold', () => {
    expect(calibrated(15)).toEqual(new Set(Array.from(labels.keys()).filter((image) => labels[image]! >= 5)));
    for (const { fit } of planFolds(labels, groups, 15, 1).folds)
      expect(new Set(fit.map((image) => labels[image]!)).size).toBe(15);
  });

  test('where classes lack images altogether, or most have one group, it is calibrated on as others are', () => {
    expect(calibrated(16).size).toBe(labels.length);
    const single = labelsOf(40, 1);
    const { folds } = planFolds(single, undefined, 40, 1);
    expect(folds.reduce((sum, { calibrate }) => sum + calibrate.length, 0)).toBe(40);
  });

  test('the seed decides', () => {
    const labels = labelsOf(20, 7);
    expect(planFolds(labels, undefined, 20, 1)).toEqual(planFolds(labels, undefined, 20, 1));
    expect(planFolds(labels, undefined, 20, 1)).not.toEqual(planFolds(labels, undefined, 20, 2));
  });
});
