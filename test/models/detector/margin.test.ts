import { describe, expect, it } from 'vitest';
import {
  answers,
  answerWithout,
  leaveOut,
  margins,
  marginsAgainst,
  topAnswers,
} from '../../../models/detector/margin';

const NONE = Number.NEGATIVE_INFINITY;
/** Three classes of probabilities 0.25, 0.5 and 0.25, and the same in another order. */
const rows = Float32Array.of(0, Math.log(2), 0, 5 + Math.log(2), 5, 5);

describe('answers', () => {
  it('are the most probable class of each row, and how probable that is', () => {
    const { classes, probabilities } = answers(rows, 3);
    expect([...classes]).toEqual([1, 0]);
    for (const each of probabilities) expect(each).toBeCloseTo(0.5, 6);
  });

  it('are the first of several that are as probable', () => {
    expect([...answers(Float32Array.of(1, 1, 0, 2, 2, 2), 3).classes]).toEqual([0, 0]);
  });

  it('are sure where the others are far below', () => {
    expect(answers(Float32Array.of(0, 30, 5), 3).probabilities[0]).toBe(1);
    const { probabilities } = answers(Float32Array.of(0, 14, 0), 3);
    expect(probabilities[0]).toBeLessThan(1);
  });

  it('may leave a class out', () => {
    const row = rows.subarray(0, 3);
    expect(answerWithout(row, 1)).toEqual({ class: 0, probability: 0.5 });
    expect(answerWithout(row, 0).class).toBe(1);
    expect(answerWithout(row, 0).probability).toBeCloseTo(2 / 3, 6);
    expect([...leaveOut(row, 2)]).toEqual([0, Math.fround(Math.log(2)), NONE]);
    expect(row[2]).toBe(0);
  });

  it('are listed from the most probable on, as many as are asked for', () => {
    const row = Float32Array.of(0, Math.log(2), 0, NONE);
    const told = (count: number) => topAnswers(row, count).map((each) => each.class);
    expect([told(0), told(1), told(2), told(9)]).toEqual([[], [1], [1, 0], [1, 0, 2]]);
    const probabilities = topAnswers(row, 9).map((each) => each.probability);
    for (const [i, each] of [0.5, 0.25, 0.25].entries()) expect(probabilities[i]).toBeCloseTo(each, 6);
    // Large logits are no infinite ones.
    expect(topAnswers(Float32Array.of(1000, 0), 1)).toEqual([{ class: 0, probability: 1 }]);
  });
});

describe('margins', () => {
  it('are the logarithm of the odds of a class, for each row its own', () => {
    const [certain, other] = margins(rows, 3, Int32Array.of(1, 1));
    expect(certain).toBeCloseTo(Math.log(0.5 / 0.5), 6);
    expect(other).toBeCloseTo(Math.log(0.25 / 0.75), 6);
    expect(margins(rows, 3, Int32Array.of(2, 0))[1]).toBeCloseTo(0, 6);
    // They do not saturate.
    expect(margins(Float32Array.of(100, 0, NONE), 3, Int32Array.of(0))[0]).toBe(100);
    expect(margins(Float32Array.of(0, 0, -30), 3, Int32Array.of(0))[0]).toBe(0);
  });

  it('against a class are those, negated; of classes of which the rows tell nothing, there are none', () => {
    const at = Int32Array.of(1, 1);
    const against = marginsAgainst(rows, 3, at);
    expect([...against]).toEqual([...margins(rows, 3, at)].map((each) => -each));
    expect([...marginsAgainst(rows, 3, Int32Array.of(1, 2), [2, 0])].map(Number.isNaN)).toEqual([
      false,
      true,
    ]);
  });
});
