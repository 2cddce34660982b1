import { describe, expect, test } from 'vitest';
import { findSuspectedTargets, type Scored } from '../../../../build-repair/repair/calibrate/unlabelled';
import { Random } from '../../../../models/random';

const CLASSES = 100;

/** Images of any class with exponential scores; of those of class `often`, so many more. */
function clean(count: number, seed: number, often = 0): Scored {
  const random = new Random(seed);
  const predicted = Int32Array.from({ length: count + often }, (_, i) =>
    i < count ? random.int(CLASSES) : 3,
  );
  return { predicted, scores: Float32Array.from(predicted, () => -Math.log(1 - random.uniform(0, 1))) };
}

/** The same, and images that B answers with a class, so suspicious. */
function poisoned({ predicted, scores }: Scored, count: number, each: number, score: number): Scored {
  return {
    predicted: Int32Array.from([...predicted, ...new Array<number>(count).fill(each)]),
    scores: Float32Array.from([...scores, ...new Array<number>(count).fill(score)]),
  };
}

const known = clean(1000, 1);

describe('where suspicious images without labels gather', () => {
  test('at the target, where a fifth of them is poisoned', () => {
    const seen = poisoned(clean(400, 2), 100, 42, 6);
    const [found, ...more] = findSuspectedTargets(known, seen, CLASSES);
    expect(more).toEqual([]);
    expect(found!.class).toBe(42);
    expect(found!.suspicious).toBeGreaterThanOrEqual(100);
    expect(found!.predicted).toBeLessThan(115);
  });

  test('at the target, where only 144 clean images are known', () => {
    const seen = poisoned(clean(240, 2), 60, 42, 6);
    expect(findSuspectedTargets(clean(144, 3), seen, CLASSES).map((each) => each.class)).toEqual([42]);
  });

  test('nowhere, where all are clean, however often they are drawn', () => {
    for (let seed = 10; seed < 60; seed++) {
      expect(findSuspectedTargets(known, clean(2000, seed), CLASSES)).toEqual([]);
      expect(findSuspectedTargets(clean(144, seed + 100), clean(500, seed), CLASSES)).toEqual([]);
    }
  });

  test('not at a class that is asked for often, nor at one of few suspicious images', () => {
    expect(findSuspectedTargets(known, clean(500, 4, 1500), CLASSES)).toEqual([]);
    expect(findSuspectedTargets(known, poisoned(clean(1000, 5), 3, 42, 6), CLASSES)).toEqual([]);
  });
});
