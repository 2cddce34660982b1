import { describe, expect, test } from 'vitest';
import { accuracyByClass } from '../../../build-repair/report/by-class';
import { Clock } from '../../../build-repair/report/clock';
import { flaggedAt } from '../../../build-repair/report/figures/detection';
import { SetObserver } from '../../../build-repair/report/observe';
import type { Manifest } from '../../../models/bundle/manifest';
import type { Verdict } from '../../../models/verdict';

const shape = { height: 2, width: 1, channels: 1 };

const verdict = (bad: number, repaired: number, pValue: number, classes = 3): Verdict => ({
  class: pValue <= 0.01 ? classes : bad,
  backdoored: pValue <= 0.01,
  pValue,
  suspicion: -Math.log(pValue),
  answer: { class: bad, probability: 0.9 },
  bad: { class: bad, probability: 0.9 },
  repaired: { class: repaired, probability: 0.8 },
});

function observe(size: number, verdicts: readonly Verdict[], labels: readonly number[]) {
  const observer = new SetObserver({ name: 'set', size, shape }, false);
  verdicts.forEach((each, i) => {
    observer.add([each], {
      pixels: Float32Array.of(i, 300),
      labels: Int32Array.of(labels[i]!),
      trueLabels: undefined,
      names: [`${i}`],
    });
  });
  return observer.observed();
}

describe('what was observed', () => {
  test('has an entry an image, fewer than the set names where some were skipped', () => {
    const seen = observe(5, [verdict(0, 0, 0.5), verdict(1, 2, 0.004)], [0, 1]);
    expect(seen.count).toBe(2);
    expect(Array.from(seen.answers)).toEqual([0, 3]);
    expect(Array.from(seen.flagged)).toEqual([0, 1]);
    expect(Array.from(seen.pValues)).toEqual([0.5, 0.004]);
    expect(seen.suspicion).toHaveLength(2);
  });

  test('examples: up to five of an outcome, each as likely as another, in whole values of 0–255', () => {
    const many = 600;
    const seen = observe(many, Array(many).fill(verdict(0, 0, 0.5)), Array(many).fill(0));
    const examples = seen.examples.of('right');
    expect(examples).toHaveLength(5);
    expect(seen.examples.count('right')).toBe(many);
    expect(new Set(examples.map(({ name }) => name)).size).toBe(5);
    expect(Math.max(...examples.map(({ name }) => Number(name)))).toBeGreaterThan(100);
    expect(examples[0]!.pixels[1]).toBe(255);
    expect(seen.examples.of('alarm')).toHaveLength(0);
  });

  test('the ten most suspicious images are kept, the most first; of equals those that came first', () => {
    const p = Array.from({ length: 40 }, (_, i) => (((i * 7) % 20) + 1) / 40);
    const seen = observe(
      40,
      p.map((each) => verdict(0, 1, each)),
      Array(40).fill(2),
    );
    const expected = Array.from(p.keys())
      .sort((a, b) => p[a]! - p[b]! || a - b)
      .slice(0, 10);
    expect(seen.mostSuspicious.map(({ name }) => Number(name))).toEqual(expected);
    expect(seen.mostSuspicious[0]).toMatchObject({ label: 2, verdict: { pValue: 0.025, bad: { class: 0 } } });
    expect(Array.from(seen.mostSuspicious[1]!.pixels)).toEqual([expected[1], 255]);
    expect(observe(1, [verdict(0, 0, 0.5)], [0]).mostSuspicious).toHaveLength(1);
  });

  test('of images that belong together only the most suspicious is kept', () => {
    const observer = new SetObserver({ name: 'set', size: 4, shape }, false);
    observer.add(
      [0.1, 0.05, 0.2, 0.02].map((p) => verdict(0, 1, p)),
      {
        pixels: new Float32Array(8),
        labels: new Int32Array(4),
        trueLabels: undefined,
        groups: ['a', 'a', 'b', 'b'],
        names: ['0', '1', '2', '3'],
      },
    );
    expect(observer.observed().mostSuspicious.map(({ name }) => name)).toEqual(['3', '1']);
  });

  test('by class: the worst of G first, classes without images left out', () => {
    const manifest = { classes: 4, classNames: undefined } as unknown as Manifest;
    const seen = observe(
      4,
      [verdict(0, 0, 0.5), verdict(2, 1, 0.001, 4), verdict(2, 2, 0.5), verdict(1, 2, 0.9)],
      [0, 2, 2, 2],
    );
    expect(accuracyByClass(seen, manifest)).toEqual([
      { class: 2, name: '2', images: 3, bad: 2, repaired: 2, answer: 1, flagged: 1 },
      { class: 0, name: '0', images: 1, bad: 1, repaired: 1, answer: 1, flagged: 0 },
    ]);
  });
});

test('an image whose p-value equals α is counted as flagged', () => {
  const p = Float64Array.of(0.01, 0.010001, 0.2, 0.001);
  expect(flaggedAt(0.01, { pValues: p })).toMatchObject({ hits: 2, n: 4 });
  const one = flaggedAt(0.01, { pValues: p });
  const grouped = flaggedAt(0.01, { pValues: p, groups: 2 });
  expect(grouped).toMatchObject({ hits: 2, n: 4, rate: 0.5 });
  expect(grouped.high - grouped.low).toBeGreaterThan(one.high - one.low);
  expect(flaggedAt(0.0005, { pValues: p }).hits).toBe(0);
});

test('the clock names each stage once, in order, and passes progress on', () => {
  const clock = new Clock();
  const heard: string[] = [];
  const progress = clock.listen(({ stage }) => heard.push(stage));
  for (const stage of ['a', 'a', 'b', 'a']) progress({ stage, done: 1, total: 2 });
  expect(heard).toEqual(['a', 'a', 'b', 'a']);
  expect(clock.taken().stages.map(({ stage }) => stage)).toEqual(['a', 'b']);
});
