import { describe, expect, it } from 'vitest';
import { imagesWithoutNamedClass, type Rule } from '../../../models/detector/rule';
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
    expect(imagesWithoutNamedClass(Float32Array.of(50, 97, 98.5, 200), ruleOf(99))).toEqual([2, 3]);
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
