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
  expect(evaluationJson(evaluation).poisoned[0]).toMatchObject({ n: 90, ofTarget: 10 });
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
  expect(evaluationJson(evaluation)).toMatchObject({
    clean: { n: 120, groups: 10 },
    intervals: { clean: { accuracy: [low, high] } },
  });
});
