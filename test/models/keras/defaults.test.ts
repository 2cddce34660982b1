import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { answers } from './nets';
import { type Entry, sequential, temporaryFolder, type Weight, writeNet } from './write-net';

const folder = temporaryFolder();

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
});

const of = (...values: number[]): Weight => ({ shape: [values.length], values });
/** A variance so small that ε counts. */
const NORMAL = {
  'gamma:0': of(1, 1, 1),
  'beta:0': of(0, 0, 0),
  'moving_mean:0': of(0, 0, 0),
  'moving_variance:0': of(0, 0.003, 0),
};
const SCALED = { 'gamma:0': of(1, 1, 1), 'beta:0': of(0, 0, 0) };
/** What 1 becomes where the values’ own mean, 0, and variance, 2, are taken, with an ε of a thousandth. */
const own = 1 / Math.sqrt(2 + 1e-3);

/**
 * What Keras makes of −2, 1 and 1 where a layer's options are left out, as they are in files that were written by hand, by other
 * programs, or before an option was there. Keras's documentation has the numbers.
 */
it.each<[Entry, Record<string, Weight>, number[]]>([
  [['LeakyReLU', {}], {}, [-0.6, 1, 1]],
  [['LeakyReLU', { alpha: 0.1 }], {}, [-0.2, 1, 1]],
  [['Activation', { activation: 'leaky_relu' }], {}, [-0.4, 1, 1]],
  [['ReLU', {}], {}, [0, 1, 1]],
  [['ELU', {}], {}, [Math.exp(-2) - 1, 1, 1]],
  [['BatchNormalization', {}], NORMAL, [-2, 0.5, 1].map((each) => each / Math.sqrt(0.001))],
  [['BatchNormalization', { epsilon: 0.01 }], NORMAL, [-2, 1 / Math.sqrt(1.3), 1].map((each) => each / 0.1)],
  [['LayerNormalization', {}], SCALED, [-2 * own, own, own]],
  [['GroupNormalization', { groups: 1 }], SCALED, [-2 * own, own, own]],
])('%o makes of −2, 1 and 1 what Keras does', async ([layer, options], weights, expected) => {
  const config = sequential([
    ['InputLayer', { name: 'image', batch_input_shape: [null, 1, 1, 3] }],
    [layer, { name: 'odd', ...options }],
    ['Flatten', { name: 'flat' }],
    ['Dense', { name: 'output', units: 3 }],
  ]);
  const same = { 'kernel:0': { shape: [3, 3], values: [1, 0, 0, 0, 1, 0, 0, 0, 1] }, 'bias:0': of(0, 0, 0) };
  const path = await writeNet(join(folder, `${layer}.h5`), {
    config,
    weights: { odd: weights, output: same },
  });
  const net = await loadNet(path);
  const image = tf.tensor4d([-2, 1, 1], [1, 1, 1, 3]);
  const found = answers(net.model, image);
  expected.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 3);
  });
  image.dispose();
  net.model.dispose();
});
