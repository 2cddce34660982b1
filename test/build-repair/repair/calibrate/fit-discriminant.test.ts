import { describe, expect, test } from 'vitest';
import { fitDiscriminant } from '../../../../build-repair/repair/calibrate/fit-discriminant';
import { discriminantScores } from '../../../../models/detector/discriminant';
import type { Readings } from '../../../../models/detector/evidence/kind';
import { Random } from '../../../../models/random';

/** Clean readings, of which those that B names class 0 are ten times as spread, and higher. */
function clean(n: number, classes: number, random: Random): { readings: Readings; predicted: Int32Array } {
  const predicted = Int32Array.from({ length: n }, (_, i) => i % classes);
  const drawn = () =>
    Float32Array.from(predicted, (each) => (each === 0 ? 8 + 10 * random.normal() : random.normal()));
  return { readings: { forgetting: drawn(), latent: drawn() }, predicted };
}

const all = (predicted: Int32Array) => Array.from(predicted.keys());
const share = (scores: readonly number[]) =>
  scores.filter((score) => score > Math.log(100)).length / scores.length;

describe('fitDiscriminant', () => {
  test('has each class flagged about as often as others, where it has the images to tell', () => {
    const random = new Random(1);
    const { readings, predicted } = clean(20_000, 10, random);
    const fitted = fitDiscriminant(readings, predicted, all(predicted));
    const fresh = clean(40_000, 10, random);
    const scores = Array.from(discriminantScores(fresh.readings, fitted, fresh.predicted));
    const loud = scores.filter((_, i) => fresh.predicted[i] === 0);
    const others = scores.filter((_, i) => fresh.predicted[i] !== 0);
    expect(share(scores)).toBeGreaterThan(0.004);
    expect(share(scores)).toBeLessThan(0.02);
    expect(share(loud)).toBeLessThan(0.03);
    expect(share(others)).toBeGreaterThan(0.003);
  });

  test('takes classes of few images for ones like all', () => {
    const { readings, predicted } = clean(400, 100, new Random(2));
    const fitted = fitDiscriminant(readings, predicted, all(predicted));
    expect(fitted.classes).toEqual([]);
    expect(fitted.kinds).toEqual(['forgetting', 'latent']);
    expect(discriminantScores(readings, fitted, predicted).every(Number.isFinite)).toBe(true);
  });

  test('is fitted to the images that it is told, and to what they have', () => {
    const { readings, predicted } = clean(400, 1, new Random(3));
    const some = all(predicted).filter((image) => image < 200);
    const latent = readings.latent!.map((value, i) => (i < 195 ? Number.NaN : value));
    const without = { ...readings, latent };
    const fitted = fitDiscriminant(without, predicted, some);
    const changed = {
      ...without,
      forgetting: readings.forgetting!.map((value, i) => (i < 200 ? value : 1e6)),
    };
    expect(fitDiscriminant(changed, predicted, some)).toEqual(fitted);
    const scores = discriminantScores(without, fitted, predicted);
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  test('tells a backdoor that is forgotten with the task from one that outlives unlearning', () => {
    const random = new Random(4);
    const draw = (n: number, shift: number) =>
      Float32Array.from({ length: n }, () => random.normal() + shift);
    const kinds = ['confidence', 'forgetting', 'latent', 'relearned'] as const;
    const read = (n: number, shifts: readonly number[]) => ({
      readings: Object.fromEntries(kinds.map((kind, i) => [kind, draw(n, shifts[i]!)])),
      predicted: new Int32Array(n),
    });
    const fitted = (({ readings, predicted }) => fitDiscriminant(readings, predicted, all(predicted)))(
      read(2000, [0, 0, 0, 0]),
    );
    const found = (shifts: readonly number[]) => {
      const { readings, predicted } = read(500, shifts);
      return share(Array.from(discriminantScores(readings, fitted, predicted)));
    };
    expect(found([0, 0, 0, 0])).toBeLessThan(0.03);
    expect(found([1, 4, 1, 1])).toBeGreaterThan(0.9);
    expect(found([-3, -6, 4, 4])).toBeGreaterThan(0.9);
  });
});
