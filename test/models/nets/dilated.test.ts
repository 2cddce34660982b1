import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { DilatedConv2D, DilatedDepthwiseConv2D } from '../../../models/nets/dilated';

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);

/** A kernel with zeros between its values: undilated, it does what the dilated one does. */
function spread(kernel: tf.Tensor, rates: [number, number]): tf.Tensor {
  const axis = (x: tf.Tensor, at: number, rate: number) => {
    const zeros = Array.from({ length: rate - 1 }, () => tf.zerosLike(x));
    const shape = x.shape.map((n, i) => (i === at ? n * rate : n));
    const size = shape.map((n, i) => (i === at ? n - rate + 1 : n));
    const wide = tf.reshape(tf.stack([x, ...zeros], at + 1), shape);
    return tf.slice(
      wide,
      size.map(() => 0),
      size,
    );
  };
  return axis(axis(kernel, 0, rates[0]), 1, rates[1]);
}

const cases: [rates: [number, number], kernel: [number, number], padding: 'same' | 'valid'][] = [
  [[2, 2], [3, 3], 'same'],
  [[2, 2], [3, 3], 'valid'],
  [[3, 1], [2, 3], 'same'],
  [[1, 4], [1, 3], 'valid'],
  [[5, 3], [2, 2], 'same'],
];

describe.each([
  ['dilated', false],
  ['dilated depthwise', true],
])('a %s convolution', (_, depthwise) => {
  test.each(cases)(
    'of rates %j, kernel %j, %s: values and gradients',
    (dilationRate, kernelSize, padding) => {
      tf.tidy(() => {
        const options = { name: 'odd', kernelSize, dilationRate, padding, activation: 'tanh' };
        const layer = depthwise
          ? new DilatedDepthwiseConv2D({ ...options, depthMultiplier: 2 })
          : new DilatedConv2D({ ...options, filters: 4 });
        const x = random([2, 11, 10, 3], 1);
        const bias = random([depthwise ? 6 : 4], 3);
        const kernel = random([...kernelSize, 3, depthwise ? 2 : 4], 2);
        layer.build(x.shape);
        layer.setWeights([kernel, bias]);
        const variables = layer.getWeights() as tf.Tensor[];
        expect(variables).toHaveLength(2);
        const plain = (a: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => {
          const [image, filter] = [a as tf.Tensor4D, spread(w, dilationRate) as tf.Tensor4D];
          const y = depthwise
            ? tf.depthwiseConv2d(image, filter, 1, padding)
            : tf.conv2d(image, filter, 1, padding);
          return tf.tanh(tf.add(y, b));
        };
        const wanted = plain(x, kernel, bias);
        expect(layer.computeOutputShape([null, ...x.shape.slice(1)])).toEqual([
          null,
          ...wanted.shape.slice(1),
        ]);
        const weights = random(wanted.shape, 4);
        const expected = tf.grads((a, w, b) => tf.sum(tf.mul(plain(a!, w!, b!), weights)))([x, kernel, bias]);
        const trained = tf.variableGrads(
          () => tf.sum(tf.mul(layer.apply(x) as tf.Tensor, weights)) as tf.Scalar,
          layer.trainableWeights.map((weight) => weight.read() as tf.Variable),
        );
        const own = layer.trainableWeights.map(({ name }) => trained.grads[name]!);
        const input = tf.grad((a) => tf.sum(tf.mul(layer.apply(a) as tf.Tensor, weights)))(x);
        const pairs = [
          [layer.apply(x) as tf.Tensor, wanted],
          [input, expected[0]!],
          [own[0]!, expected[1]!],
          [own[1]!, expected[2]!],
        ];
        for (const [got, right] of pairs) {
          expect(got!.shape).toEqual(right!.shape);
          expect(tf.max(tf.abs(tf.sub(got!, right!))).dataSync()[0]).toBeLessThan(1e-4);
        }
        for (const weight of layer.weights) weight.dispose();
      });
    },
  );
});
