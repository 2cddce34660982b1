import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { startEngine } from '../../../models/engine';
import { applier } from '../../../models/keras/layers/plan';
import { copyNet } from '../../../models/nets/graph';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

test('a tensor that a layer takes twice is there for the next layer: x·x + x', () => {
  const image = input({ shape: [3] });
  const x = applier(layers.activation({ name: 'x', activation: 'linear' }))([image]);
  const product = applier(layers.multiply({ name: 'product' }))([x, x]);
  const sum = applier(layers.add({ name: 'sum' }))([product, x]) as SymbolicTensor;
  const net = model({ inputs: image, outputs: sum });
  for (const each of [net, copyNet(net)]) {
    const made = tf.tidy(() => (each.predict(tf.tensor2d([[1, 2, -3]])) as tf.Tensor).dataSync());
    expect(Array.from(made)).toEqual([2, 6, 6]);
  }
});
