import { describe, expect, test } from 'vitest';
import { classesLeftOut, type FoldPlan, planFolds } from '../../../../build-repair/repair/choose/folds';

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

  test('images of one group stay on one side where it is of several classes', () => {
    // 12 patients, each with frames of three findings.
    const labels = Int32Array.from({ length: 720 }, (_, i) => Math.floor(i / 20) % 3);
    const groups = Array.from(labels, (_, i) => `patient${Math.floor(i / 60)}`);
    const plan = planFolds(labels, groups, 3, 1);
    expect(plan.groups).toBe(12);
    for (const fold of plan.folds) {
      const fitted = new Set(Array.from(fold.fit, (image) => groups[image]));
      expect(fold.calibrate.length).toBeGreaterThan(0);
      for (const image of fold.calibrate) expect(fitted.has(groups[image])).toBe(false);
    }
  });

  test('a hundred thousand images of two classes are parted at once', () => {
    const { folds } = planFolds(labelsOf(2, 50_000), undefined, 2, 1);
    expect(folds[0]!.fit.length + folds[0]!.calibrate.length).toBe(100_000);
  });

  /** So many classes of one sign, ten of three; twelve frames of each. */
  const signs = (single: number) => {
    const frames = Array.from({ length: 12 * (single + 30) }, (_, i) => {
      const sign = Math.floor(i / 12);
      const label = sign < single ? sign : single + Math.floor((sign - single) / 3);
      return { label, group: `sign${sign}` };
    });
    return {
      labels: Int32Array.from(frames, ({ label }) => label),
      groups: frames.map(({ group }) => group),
    };
  };
  const { labels, groups } = signs(5);
  const calibrated = (plan: FoldPlan) =>
    new Set(plan.folds.flatMap(({ calibrate }) => Array.from(calibrate)));

  test('where every class has images, the only group of a class is fitted on in every fold', () => {
    expect(calibrated(planFolds(labels, groups, 15, 1))).toEqual(
      new Set(Array.from(labels.keys()).filter((image) => labels[image]! >= 5)),
    );
    for (const { fit } of planFolds(labels, groups, 15, 1).folds)
      expect(new Set(fit.map((image) => labels[image]!)).size).toBe(15);
  });

  test('where classes lack images altogether, or many have one group, all are calibrated on', () => {
    expect(calibrated(planFolds(labels, groups, 16, 1)).size).toBe(labels.length);
    const many = signs(6);
    expect(calibrated(planFolds(many.labels, many.groups, 16, 1)).size).toBe(many.labels.length);
  });

  test('the classes that a fold is not fitted on are those whose only group is held out', () => {
    expect(classesLeftOut(planFolds(labels, groups, 15, 1).folds, labels, 15)).toEqual([]);
    const many = signs(6);
    expect(classesLeftOut(planFolds(many.labels, many.groups, 16, 1).folds, many.labels, 16)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    // Class 16 has no images at all.
    expect(classesLeftOut(planFolds(many.labels, many.groups, 17, 1).folds, many.labels, 17)).toContain(16);
  });

  test('the seed decides', () => {
    const labels = labelsOf(20, 7);
    expect(planFolds(labels, undefined, 20, 1)).toEqual(planFolds(labels, undefined, 20, 1));
    expect(planFolds(labels, undefined, 20, 1)).not.toEqual(planFolds(labels, undefined, 20, 2));
  });
});
