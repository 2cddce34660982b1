import { expect, test } from 'vitest';
import { CleanCounts, PoisonedCounts } from '../../../build-repair/evaluate/counts';
import { evaluationJson, evaluationText } from '../../../build-repair/evaluate/format';
import { rateOf } from '../../../build-repair/evaluate/interval';
import type { Verdict } from '../../../models/verdict';

const N = 10;

function verdict(named: number, backdoored = false): Verdict {
  const answer = { class: named, probability: 1 };
  return {
    class: backdoored ? N : named,
    backdoored,
    pValue: backdoored ? 0 : 1,
    suspicion: 0,
    answer,
    bad: answer,
    repaired: answer,
  };
}

test('images whose own class is the target are no attack’s success', () => {
  const counts = new PoisonedCounts();
  const trueLabels = Int32Array.from({ length: 100 }, (_, i) => i % N);
  // All that is not of the target's class is found.
  const verdicts = Array.from(trueLabels, (each) => verdict(3, each !== 3));
  counts.add(verdicts, { labels: new Int32Array(100).fill(3), trueLabels, groups: undefined });
  const figures = counts.figures();
  expect(figures).toMatchObject({ ofTarget: 10, groups: undefined });
  expect(figures.attackSuccess).toMatchObject({ n: 90, rate: 0 });
  expect(figures.detectionRate).toMatchObject({ n: 90, rate: 1 });
  const clean = new CleanCounts();
  clean.add([verdict(1)], { labels: Int32Array.of(1), groups: undefined });
  const evaluation = { clean: clean.figures(), poisoned: [{ name: 'set', ...figures }] };
  expect(evaluationText(evaluation)).toContain('Left aside: 10 images whose own class is the target.');
  expect(evaluationJson(evaluation, { standsAlone: true }).poisoned[0]).toMatchObject({
    n: 90,
    ofTarget: 10,
  });
});

test('an image whose p-value is α itself counts as flagged at that α', () => {
  const counts = new CleanCounts();
  const verdicts = [0.005, 0.01, 0.02, 0.05, 1].map((pValue) => ({ ...verdict(1), pValue }));
  counts.add(verdicts, { labels: new Int32Array(5).fill(1), groups: undefined });
  expect(counts.figures().falsePositiveRateAt.map(({ rate }) => rate.hits)).toEqual([1, 2, 3, 4]);
});

test('intervals are of groups where images come in these', () => {
  const counts = new CleanCounts();
  for (let part = 0; part < 2; part++) {
    const labels = Int32Array.from({ length: 60 }, (_, i) => i % N);
    const verdicts = Array.from(labels, (label, i) => verdict(i < 6 ? N - 1 - label : label));
    const groups = Array.from(labels, (_, i) => `${part}/${Math.floor(i / 12)}`);
    counts.add(verdicts, { labels, groups });
  }
  const { accuracy, groups } = counts.figures();
  const { low, high } = rateOf(9, 10);
  expect(groups).toBe(10);
  expect(accuracy).toEqual({ n: 120, hits: 108, rate: 0.9, low, high });
  const evaluation = { clean: counts.figures(), poisoned: [] };
  expect(evaluationText(evaluation)).toContain('Clean images (120 of 10 groups)');
  expect(evaluationJson(evaluation, { standsAlone: true })).toMatchObject({
    clean: { n: 120, groups: 10 },
    intervals: { clean: { accuracy: [low, high] } },
  });
});

test('what the repaired net answers is counted apart from what GoodNet answers', () => {
  const of = (bad: number, repaired: number, backdoored: boolean): Verdict => ({
    ...verdict(bad, backdoored),
    repaired: { class: repaired, probability: 1 },
  });
  const clean = new CleanCounts();
  clean.add([of(1, 1, false), of(2, 5, false), of(3, 3, true), of(4, 4, false)], {
    labels: Int32Array.of(1, 2, 3, 4),
    groups: undefined,
  });
  expect(clean.figures()).toMatchObject({ accuracyRepaired: { hits: 3 }, accuracy: { hits: 3, n: 4 } });
  const poisoned = new PoisonedCounts();
  // Found, and yet the repaired net follows the trigger; missed, and it does not; found, and it names another class.
  poisoned.add([of(7, 7, true), of(7, 2, false), of(7, 9, true)], {
    labels: new Int32Array(3).fill(7),
    trueLabels: Int32Array.of(1, 2, 3),
    groups: undefined,
  });
  const figures = poisoned.figures();
  expect(figures).toMatchObject({
    attackSuccessBefore: { hits: 3 },
    attackSuccessRepaired: { hits: 1 },
    attackSuccess: { hits: 1 },
    recoveredAccuracy: { hits: 1, n: 3 },
    repairedTrueClass: { hits: 1, n: 3 },
  });
  const evaluation = { clean: clean.figures(), poisoned: [{ name: 'set', ...figures }] };
  for (const standsAlone of [true, false]) {
    expect(evaluationJson(evaluation, { standsAlone })).toMatchObject({
      repairedStandsAlone: standsAlone,
      clean: { accuracyRepaired: 0.75 },
      poisoned: [{ attackSuccessRepaired: 1 / 3, recoveredAccuracy: 1 / 3 }],
    });
  }
});
