import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { chooseTargets, marginsTogether, scoreOf, standingOut } from '../../../build-repair/finding/score';
import { robustZ, weightSignature } from '../../../build-repair/finding/signature';
import { startEngine } from '../../../models/engine';
import { Random } from '../../../models/random';

const CLASSES = 60;
const FEATURES = 32;

/** A dense net over the features whose weights are drawn, those of one class raised. */
function net(raised: number, by: number): tfl.LayersModel {
  const random = new Random(1, 'weights');
  const values = Float32Array.from({ length: FEATURES * CLASSES }, (_, at) =>
    at % CLASSES === raised ? random.normal() + by : random.normal(),
  );
  const input = tfl.input({ shape: [FEATURES] });
  const dense = tfl.layers.dense({ units: CLASSES, inputShape: [FEATURES] });
  const model = tfl.model({ inputs: input, outputs: dense.apply(input) as tfl.SymbolicTensor });
  dense.setWeights([tensor2d(values, [FEATURES, CLASSES]), tensor1d(new Float32Array(CLASSES))]);
  return model;
}

beforeAll(async () => {
  await startEngine();
});

describe('the signature of a class’s weights', () => {
  test('stands out where they lie above those of other classes', () => {
    const signature = weightSignature(net(17, 1.5), CLASSES);
    expect(signature.indexOf(Math.max(...signature))).toBe(17);
    expect(signature[17]).toBeGreaterThan(5);
  });

  test('is nothing where no class is raised, or the last layer is not over the classes', () => {
    expect(Math.max(...weightSignature(net(17, 0), CLASSES))).toBeLessThan(4);
    expect(weightSignature(net(17, 1.5), CLASSES + 1)).toEqual(new Float64Array(CLASSES + 1));
  });

  test('robust z-values: from the median, whatever one outlier is', () => {
    const z = robustZ(Float64Array.of(1, 2, 3, 4, 1000));
    expect(z[2]).toBe(0);
    expect(z[3]).toBeCloseTo(1 / 1.4826);
  });
});

describe('the score', () => {
  test('however sure B is, little counts where E does not follow', () => {
    expect(marginsTogether({ rate: 1, bad: 70, expert: 0 }, 10)).toBe(1);
    expect(marginsTogether({ rate: 1, bad: 70, expert: 65 }, 10)).toBe(13.5);
    expect(marginsTogether({ rate: 0, bad: -20, expert: -30 }, 10)).toBe(-5);
  });

  const of = (shape: number, patch = -9) => ({ shape: { margins: shape }, patch: { margins: patch } });

  test('margins and signature together, or the signature alone; among few classes the margins; or a patch', () => {
    expect(scoreOf(of(6), 3, 1283)).toEqual({ value: expect.closeTo(1.2), kind: 'shape' });
    expect(scoreOf(of(-3), 8.8, 1283).value).toBeCloseTo(2);
    expect(scoreOf(of(6), 3, 8).value).toBeCloseTo(1.2);
    expect(scoreOf(of(1), 30, 8).value).toBeCloseTo(0.2);
    expect(scoreOf(of(6, 9), 3, 1283)).toEqual({ value: 2, kind: 'patch' });
  });

  test('where a patch tells a target, a shape must be half as sure to tell another', () => {
    const tried = [
      { name: 'patch', score: 4, standsOut: 0, recovered: of(0, 18) },
      { name: 'sure shape', score: 2.1, standsOut: 0, recovered: of(20) },
      { name: 'both', score: 1.9, standsOut: 0, recovered: of(18, 5) },
      { name: 'shape', score: 1.9, standsOut: 0, recovered: of(18) },
      { name: 'little', score: 0.9, standsOut: 0, recovered: of(8) },
    ];
    const standing = { name: 'standing', score: 1.5, standsOut: 1.5, recovered: of(1) };
    const names = (of: typeof tried) => chooseTargets(of, 1).map(({ name }) => name);
    expect(names(tried)).toEqual(['patch', 'sure shape', 'both']);
    expect(names([...tried, standing])).toEqual(['patch', 'sure shape', 'both', 'standing']);
    expect(names(tried.filter(({ name }) => name === 'shape' || name === 'little'))).toEqual(['shape']);
  });

  test('largest margins stand out together where they part the furthest from the next; never those of the fewest classes', () => {
    const rounded = (of: number[]) => standingOut(of).map((each) => Math.round(100 * each) / 100);
    expect(rounded([10, 11, 70, 12, 60, 9])).toEqual([0, 0, 3.57, 0, 3.57, 0]);
    expect(rounded([10, 11, 12, 9, 13])).toEqual([0, 0.79, 0.79, 0, 0.79]);
    expect(rounded([5, 100, 4])).toEqual([0, 0, 0]);
    expect(rounded([-1, -2, -3, -4, -5])).toEqual([0, 0, 0, 0, 0]);
  });
});
