import { describe, expect, it } from 'vitest';
import { decide, imagesWithoutNamedClass, type Rule, scoresOf } from '../../../models/detector/rule';
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

describe('a verdict', () => {
  const answers = (classes: number[], probabilities: number[]) => ({
    classes: Int32Array.from(classes),
    probabilities: Float32Array.from(probabilities),
  });
  /** What nets say of two images: B names 0 and 1, B′ 0 and 2, and without the class that B names 1 and 0. */
  const readings = (standsAlone: boolean) => ({
    bad: answers([0, 1], [0.75, 0.5]),
    answered: answers([0, 1], [0.5, 0.25]),
    repaired: answers([0, 2], [0.5, 0.75]),
    standsAlone,
    logits: {
      bad: (i: number) => (i === 0 ? Float32Array.of(3, 2, 1) : Float32Array.of(1, 3, 2)),
      repaired: (i: number) => (i === 0 ? Float32Array.of(3, 1, 2) : Float32Array.of(1, 2, 3)),
      withoutNamedClass: (i: number) =>
        i === 0
          ? Float32Array.of(Number.NEGATIVE_INFINITY, 2, 1)
          : Float32Array.of(3, Number.NEGATIVE_INFINITY, 2),
    },
  });
  const of = (scores: number[], rule: Rule, { standsAlone = false, top = 0 } = {}) =>
    decide(readings(standsAlone), Float32Array.from(scores), rule, 3, top);

  it('is the class that is answered, or N where the image is among the α most suspicious', () => {
    const [clean, flagged] = of([50, 98], ruleOf(99));
    expect(clean).toMatchObject({
      class: 0,
      backdoored: false,
      suspicion: 50,
      answer: { class: 0, probability: 0.5 },
      bad: { class: 0, probability: 0.75 },
      repaired: { class: 0, probability: 0.5 },
    });
    expect(clean!.pValue).toBe(0.5);
    expect(flagged).toMatchObject({ class: 3, backdoored: true, suspicion: 98 });
    expect(flagged!.pValue).toBeLessThanOrEqual(0.05);
  });

  it('has B′ name another class than B where the image is suspicious, unless B′ is a net of its own', () => {
    const [clean, flagged] = of([50, 200], ruleOf(99));
    expect(clean).not.toHaveProperty('recovered');
    expect(flagged!.recovered!.class).toBe(0);
    expect(flagged!.repaired).toEqual(flagged!.recovered);
    const [, alone] = of([50, 200], ruleOf(99), { standsAlone: true });
    expect(alone!.recovered!.class).toBe(0);
    expect(alone!.repaired).toEqual({ class: 2, probability: 0.75 });
  });

  it('tells as many of the most probable classes as are asked for, none by itself', () => {
    expect(of([50, 200], ruleOf(99))[0]).not.toHaveProperty('top');
    const [clean, flagged] = of([50, 200], ruleOf(99), { top: 2 });
    const classesOf = (top: readonly { class: number }[]) => top.map((each) => each.class);
    expect(classesOf(clean!.top!.bad)).toEqual([0, 1]);
    expect(classesOf(clean!.top!.repaired)).toEqual([0, 2]);
    expect(classesOf(flagged!.top!.repaired)).toEqual([0, 2]);
    const [, alone] = of([50, 200], ruleOf(99), { top: 2, standsAlone: true });
    expect(classesOf(alone!.top!.repaired)).toEqual([2, 1]);
  });

  it('by disagreement is N where the nets name different classes, however suspicious', () => {
    const rule: Rule = { kind: 'disagreement', calibration: Float32Array.of(1, 2, 3) };
    const [agreed, disagreed] = of([9, 0], rule);
    expect([agreed!.class, agreed!.backdoored]).toEqual([0, false]);
    expect([disagreed!.class, disagreed!.backdoored]).toEqual([3, true]);
    expect(agreed!.pValue).toBe(1 / 4);
  });

  it('goes by the evidence where that is calibrated, and by the margin of B′ where nets disagree', () => {
    const read = {
      evidence: { forgetting: Float32Array.of(1, 2) },
      bad: { classes: Int32Array.of(0, 1) },
      disagreement: () => Float32Array.of(7, 8),
    } as unknown as Parameters<typeof scoresOf>[0];
    expect(scoresOf(read, { kind: 'disagreement', calibration: Float32Array.of(1) })).toEqual(
      Float32Array.of(7, 8),
    );
    const [less, more] = scoresOf(read, ruleOf(9));
    expect(more! - less!).toBeCloseTo(1);
  });
});
