import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { NetError } from '../../../models/errors';
import { toLogits } from '../../../models/keras/logits';
import { PickChannels } from '../../../models/nets/pick-channels';
import { answers, largestDifference } from './nets';

const { layers } = tfl;
const IMAGE = { inputShape: [4, 4, 3] };
let before: number;

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
});
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

/** That a net's logits are not its answers, and give them through softmax. */
function checkLogits(model: tfl.LayersModel): void {
  tf.tidy(() => {
    const images = tf.randomUniform([3, 4, 4, 3], -1, 1, 'float32', 4);
    const logits = toLogits(model);
    const raw = logits.predict(images) as tf.Tensor;
    expect(largestDifference(answers(model, images), tf.softmax(raw).dataSync())).toBeLessThan(1e-6);
    expect(largestDifference(tf.sum(raw, -1).dataSync(), [1, 1, 1])).toBeGreaterThan(1e-3);
    logits.dispose();
  });
  model.dispose();
}

it('logits of a net whose dense layer has the softmax', () => {
  checkLogits(
    tfl.sequential({ layers: [layers.flatten(IMAGE), layers.dense({ units: 5, activation: 'softmax' })] }),
  );
});

it.each([
  ['an activation layer', () => layers.activation({ activation: 'softmax' })],
  ['a softmax layer', () => layers.softmax({ axis: -1 })],
])('softmax as %s', (_, softmax) => {
  checkLogits(tfl.sequential({ layers: [layers.flatten(IMAGE), layers.dense({ units: 5 }), softmax()] }));
});

it('logits of a net whose convolution has the softmax, behind it layers that move and drop', () => {
  checkLogits(
    tfl.sequential({
      layers: [
        layers.conv2d({ ...IMAGE, filters: 5, kernelSize: 4, activation: 'softmax' }),
        layers.globalAveragePooling2d({}),
        layers.reshape({ targetShape: [5, 1] }),
        layers.dropout({ rate: 0.5 }),
        layers.flatten(),
      ],
    }),
  );
});

it('logits of a net whose softmax is followed by another order of the classes', () => {
  checkLogits(
    tfl.sequential({
      layers: [
        layers.flatten(IMAGE),
        layers.dense({ units: 3, activation: 'softmax' }),
        new PickChannels({ channels: [2, 0, 1] }),
      ],
    }),
  );
});

it('a softmax of which some classes are left out is refused', () => {
  const model = tfl.sequential({
    layers: [
      layers.flatten(IMAGE),
      layers.dense({ units: 3, activation: 'softmax' }),
      new PickChannels({ channels: [0, 1] }),
    ],
  });
  expect(() => toLogits(model)).toThrow(/leaves out some of the classes/);
  model.dispose();
});

it('logits of a net that ends in a nested model with the softmax', () => {
  const head = tfl.sequential({
    layers: [layers.flatten(IMAGE), layers.dense({ units: 5, activation: 'softmax' })],
  });
  const input = tfl.input({ shape: [4, 4, 3] });
  const model = tfl.model({ inputs: input, outputs: head.apply(input) as tfl.SymbolicTensor });
  checkLogits(model);
});

it('a net of logits is copied, with weights of its own', () => {
  const model = tfl.sequential({ layers: [layers.flatten(IMAGE), layers.dense({ units: 5 })] });
  const logits = toLogits(model);
  tf.tidy(() => {
    const images = tf.ones([1, 4, 4, 3]);
    const wanted = answers(model, images);
    model.dispose();
    expect(largestDifference(answers(logits, images), wanted)).toBe(0);
  });
  logits.dispose();
});

it.each(['sigmoid', 'relu', 'tanh'] as const)('%s is neither, and nothing is left behind', (activation) => {
  const model = tfl.sequential({ layers: [layers.flatten(IMAGE), layers.dense({ units: 5, activation })] });
  expect(() => toLogits(model)).toThrow(NetError);
  expect(() => toLogits(model)).toThrow(activation);
  model.dispose();
});
