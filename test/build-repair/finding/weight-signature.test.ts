import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { robustZ, weightSignature } from '../../../build-repair/finding/weight-signature';
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
