import { describe, expect, test } from 'vitest';
import { pValue, smallestAlpha, threshold } from '../../../models/detector/conformal';
import { distances } from '../../../models/detector/mahalanobis';
import { answers, margins, marginsAgainst } from '../../../models/detector/margin';
import { onScale, quantile, scaleOf } from '../../../models/detector/scale';
import { Random } from '../../../models/random';

describe('conformal p-values', () => {
  const scores = Float32Array.from([1, 2, 2, 3]);

  test('tell the share of the calibration scores that are at least as high, and what lies between them', () => {
    expect(pValue(scores, 0)).toBe(1);
    expect(pValue(scores, 1)).toBeCloseTo(4 / 5);
    expect(pValue(scores, 1.5)).toBeCloseTo(12 / 3.5 / 5);
    expect(pValue(scores, 2)).toBeCloseTo(3 / 5);
    expect(pValue(scores, 2.25)).toBeCloseTo(2 / 1.25 / 5);
    expect(pValue(scores, 3)).toBeCloseTo(1 / 5);
    expect(pValue(scores, 3.1)).toBeCloseTo(1 / 5);
    expect(pValue(scores, Number.POSITIVE_INFINITY)).toBe(smallestAlpha(4));
  });

  test('hold the false-positive rate on images like the calibration images', () => {
    const random = new Random(1);
    let flagged = 0;
    const rounds = 400;
    for (let round = 0; round < rounds; round++) {
      const calibration = Float32Array.from({ length: 99 }, () => random.normal()).sort();
      for (let i = 0; i < 50; i++) if (pValue(calibration, random.normal()) <= 0.05) flagged++;
    }
    // 20,000 draws at 5 %: the standard error over rounds is about 0.12 points.
    expect(flagged / (rounds * 50)).toBeGreaterThan(0.044);
    expect(flagged / (rounds * 50)).toBeLessThan(0.056);
  });

  test('hold it with few calibration images, between the rates that they can count', () => {
    const random = new Random(5);
    let flagged = 0;
    const rounds = 4000;
    for (let round = 0; round < rounds; round++) {
      const calibration = Float32Array.from({ length: 144 }, () => -Math.log(random.uniform(0, 1))).sort();
      for (let i = 0; i < 20; i++)
        if (pValue(calibration, -Math.log(random.uniform(0, 1))) <= 0.01) flagged++;
    }
    // Counted alone, it would be 1/145, 0.69 %. The standard error is about 0.014 points.
    expect(flagged / (rounds * 20)).toBeGreaterThan(0.0094);
    expect(flagged / (rounds * 20)).toBeLessThan(0.0106);
  });

  test('the threshold is what p ≤ α means', () => {
    const random = new Random(2);
    const calibration = Float32Array.from({ length: 999 }, () => random.normal()).sort();
    for (const alpha of [0.001, 0.0055, 0.01, 0.0503, 0.5]) {
      const limit = threshold(calibration, alpha);
      for (let i = 0; i < 200; i++) {
        const score = Math.fround(random.normal() * 2);
        expect(pValue(calibration, score) <= alpha).toBe(score >= limit);
      }
    }
    expect(threshold(scores, 0.01)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('margins', () => {
  test('are the log-odds of the softmax probability', () => {
    const logits = Float32Array.from([1, 2, 3, 0.5, -1, 4]);
    const { classes, probabilities } = answers(logits, 3);
    expect([...classes]).toEqual([2, 2]);
    const at = margins(logits, 3, classes);
    for (let i = 0; i < 2; i++) expect(1 / (1 + Math.exp(-at[i]!))).toBeCloseTo(probabilities[i]!, 6);
  });

  test('do not saturate', () => {
    const [first, second] = margins(Float32Array.from([200, 0, 100, 0]), 2, Int32Array.from([0, 0]));
    expect(first).toBeCloseTo(200);
    expect(second).toBeCloseTo(100);
  });

  test('against a class are negated, and none where nothing is known of it', () => {
    const logits = Float32Array.of(3, 1, 1, 3);
    expect(Array.from(marginsAgainst(logits, 2, Int32Array.of(0, 0), [1]))).toEqual([-2, 2]);
    expect(Array.from(marginsAgainst(logits, 2, Int32Array.of(0, 1), [1]))).toEqual([-2, Number.NaN]);
  });
});

describe('evidence', () => {
  test('on the scale a share of e^−u of the clean images is above u, whatever their tail', () => {
    const clean = (stretch: number) =>
      Float32Array.from({ length: 10_000 }, (_, i) => 7 - stretch * Math.log((i + 0.5) / 10_000));
    for (const stretch of [2, 3, 50]) {
      const scale = scaleOf(clean(stretch));
      const above = clean(stretch).filter((value) => onScale(value, scale) > 4.6).length / 10_000;
      expect(above).toBeCloseTo(Math.exp(-4.6), 3);
    }
    expect(quantile(Float32Array.from([1, 3]), 0.5)).toBe(2);
  });

  test('distances are to the class that was named, and NaN where it is unknown', () => {
    const cloud = {
      features: 2,
      dimensions: 2,
      projection: new Float32Array(4),
      means: Float32Array.from([0, 0, 3, 4]),
      known: Uint8Array.from([1, 0]),
    };
    const [first, second] = distances(Float32Array.from([3, 4, 3, 4]), Int32Array.from([0, 1]), cloud);
    expect(first).toBeCloseTo(12.5);
    expect(second).toBeNaN();
  });
});
