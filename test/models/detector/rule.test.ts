import { describe, expect, it } from 'vitest';
import { decide, imagesWithoutNamedClass, type Rule } from '../../../models/detector/rule';
import { atAlpha } from '../../../models/verdict';
import { plainDiscriminant } from '../../plain-discriminant';

/** A rule by so many calibration images, whose scores are 1, 2, 3, … */
const ruleOf = (images: number): Rule => ({
  kind: 'calibrated',
  alpha: 0.05,
  passOver: 0.02,
  first: plainDiscriminant(['forgetting']),
  calibration: Float32Array.from({ length: images }, (_, i) => i + 1),
});

describe('B′', () => {
  it('passes B’s class over where an image is among the most suspicious', () => {
    expect(imagesWithoutNamedClass(Float32Array.of(50, 97, 98, 98.5, 200), ruleOf(99))).toEqual([2, 3, 4]);
  });

  it('does so beyond all calibration images, too, where they are too few to tell a small p-value', () => {
    expect(imagesWithoutNamedClass(Float32Array.of(18, 19, 19.5), ruleOf(19))).toEqual([2]);
  });

  it('does not where disagreement decides', () => {
    expect(
      imagesWithoutNamedClass(Float32Array.of(9), { kind: 'disagreement', calibration: Float32Array.of(1) }),
    ).toEqual([]);
  });
});

describe('a p-value of α itself', () => {
  const answers = { classes: Int32Array.of(1, 1), probabilities: Float32Array.of(0.9, 0.9) };
  const logits = () => Float32Array.of(0, 1, 2);
  const readings = {
    ...{ bad: answers, answered: answers, repaired: answers },
    logits: { bad: logits, repaired: logits, withoutNamedClass: logits },
  };
  // Of 99 calibration scores, 95 is the fifth highest: its p-value is 5 %, and a little below it, above that.
  const verdicts = decide(readings, Float32Array.of(95, 94.9), ruleOf(99), 3);

  it('is flagged, and one above it is not', () => {
    expect(verdicts.map(({ pValue }) => pValue)).toEqual([0.05, expect.closeTo(0.0509, 3)]);
    expect(verdicts.map((verdict) => verdict.class)).toEqual([3, 1]);
    expect(verdicts.map(({ backdoored }) => backdoored)).toEqual([true, false]);
  });

  it('is so at another α than the bundle’s, too', () => {
    const at = (alpha: number) => verdicts.map((verdict) => atAlpha(verdict, alpha, 3).class);
    expect(at(0.05)).toEqual([3, 1]);
    expect(at(0.0499)).toEqual([1, 1]);
  });
});
