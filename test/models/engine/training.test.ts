import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { trainingStep } from '../../research/bench/deepid';
import { everyLayer } from './every-layer';
import { random, sameOnCpu } from './same-on-cpu';

beforeAll(async () => {
  process.env.GOODNET_ENGINE = 'wasm';
  await startEngine();
  await enableTraining();
  await enableTraining();
});

test('every kind of layer has the gradients that it has on cpu', async () => {
  await sameOnCpu([random([5, 12, 12, 3], 1)], (x) => {
    const net = everyLayer();
    const wanted = tf.oneHot(tf.tensor1d([0, 3, 1, 2, 1], 'int32'), 4);
    const weights = net.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { value, grads } = tf.variableGrads(
      () => tf.losses.softmaxCrossEntropy(wanted, net.apply(x!, { training: true }) as tf.Tensor),
      weights,
    );
    const results = [value, ...weights.map((weight) => grads[weight.name]!)];
    net.dispose();
    return results;
  });
});

test('training learns, keeps its memory, and gives the same bits again', async () => {
  const train = async () => {
    const net = everyLayer();
    const images = random([16, 12, 12, 3], 1) as tf.Tensor4D;
    const labels = tf.tensor1d(
      Array.from({ length: 16 }, (_, i) => (i * i) % 4),
      'int32',
    );
    const optimizer = tf.train.adam(0.01);
    const loss = () =>
      tf.tidy(() =>
        tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 4), net.predict(images) as tf.Tensor).dataSync(),
      );
    trainingStep(net, optimizer, images, labels);
    const heap = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm;
    const before = { loss: loss()[0]!, tensors: tf.memory().numTensors, bytes: heap.HEAPU8.length };
    for (let step = 0; step < 30; step++) trainingStep(net, optimizer, images, labels);
    expect(loss()[0]).toBeLessThan(before.loss / 2);
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(heap.HEAPU8.length).toBe(before.bytes);
    const weights = net.getWeights().map((weight) => weight.dataSync());
    tf.dispose([images, labels]);
    optimizer.dispose();
    net.dispose();
    return weights;
  };
  const tensors = tf.memory().numTensors;
  const first = await train();
  expect(await train()).toEqual(first);
  expect(tf.memory().numTensors).toBe(tensors);
});
