import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { random, sameOnCpu } from './same-on-cpu';

beforeAll(async () => {
  process.env.GOODNET_ENGINE = 'wasm';
  await startEngine();
  await enableTraining();
});

type Padding = 'valid' | 'same' | number | [[0, 0], [number, number], [number, number], [0, 0]];

describe('convolution', () => {
  const cases: [images: number[], filter: number[], strides: [number, number], padding: Padding][] = [
    [[3, 9, 8, 2], [4, 4, 2, 5], [1, 1], 'valid'],
    [[1, 9, 8, 2], [3, 3, 2, 5], [1, 1], 'same'],
    [[2, 7, 7, 4], [2, 3, 4, 1], [1, 1], 'same'],
    [[2, 6, 5, 3], [1, 1, 3, 4], [1, 1], 'valid'],
    [[2, 6, 5, 3], [1, 1, 3, 4], [2, 2], 'same'],
    [[2, 11, 10, 3], [3, 3, 3, 4], [2, 2], 'valid'],
    [[2, 12, 10, 3], [3, 3, 3, 4], [2, 2], 'same'],
    [[2, 13, 14, 3], [3, 2, 3, 4], [3, 2], 'valid'],
    [[2, 13, 14, 3], [5, 3, 3, 4], [3, 1], 'same'],
    [[2, 10, 10, 2], [2, 2, 2, 3], [4, 3], 'valid'],
    [[2, 8, 8, 2], [3, 3, 2, 3], [1, 1], 2],
    [[2, 8, 8, 2], [3, 3, 2, 3], [1, 1], 4],
    [
      [1, 8, 9, 2],
      [3, 3, 2, 3],
      [2, 2],
      [
        [0, 0],
        [3, 0],
        [1, 4],
        [0, 0],
      ],
    ],
    [[1, 4, 4, 2], [4, 4, 2, 3], [1, 1], 'valid'],
    [[5, 12, 11, 9], [3, 3, 9, 17], [1, 1], 'same'],
    // Tiles of eight, of four and of one; more than one band of rows.
    [[1, 9, 9, 3], [2, 2, 3, 23], [1, 1], 'valid'],
    [[2, 40, 42, 2], [2, 3, 2, 84], [1, 1], 'valid'],
  ];
  test.each(cases)('%j * %j, strides %j, padding %j', async (images, filter, strides, padding) => {
    const size = tf.backend_util.computeConv2DInfo(
      images as [number, number, number, number],
      filter as [number, number, number, number],
      strides,
      1,
      padding,
    ).outShape;
    await sameOnCpu([random(images, 1), random(filter, 2), random(size, 3)], (x, w, dy) =>
      tf.grads((a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, padding))([x!, w!], dy!),
    );
  });

  test('transposed', async () => {
    await sameOnCpu(
      [random([2, 4, 5, 3], 1), random([3, 3, 2, 3], 2)],
      (x, w) =>
        tf.valueAndGrads((a, b) => {
          const out = tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, [2, 8, 10, 2], 2, 'same');
          return tf.sum(tf.mul(out, out)) as tf.Scalar;
        })([x!, w!]).grads,
    );
  });

  test.each([
    [[3, 8, 7, 6], [3, 3, 6, 1], [1, 1], 'same'],
    [[2, 9, 8, 4], [3, 2, 4, 1], [2, 2], 'valid'],
    [[2, 8, 7, 3], [3, 3, 3, 2], [2, 2], 'same'],
    [[2, 6, 7, 5], [3, 3, 5, 1], [1, 1], 1],
    [[2, 5, 5, 9], [1, 1, 9, 1], [2, 2], 'valid'],
  ] as typeof cases)(
    'depthwise: %j * %j, strides %j, padding %j',
    async (images, filter, strides, padding) => {
      await sameOnCpu(
        [random(images, 1), random(filter, 2)],
        (x, w) =>
          tf.valueAndGrads((a, b) => {
            const out = tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, padding);
            return tf.sum(tf.mul(out, out)) as tf.Scalar;
          })([x!, w!]).grads,
      );
    },
  );
});

describe('pooling', () => {
  const cases: [images: number[], size: [number, number], strides: [number, number], padding: Padding][] = [
    [[3, 8, 6, 5], [2, 2], [2, 2], 'valid'],
    [[2, 6, 6, 12], [2, 2], [2, 2], 'valid'],
    [[2, 9, 7, 3], [2, 2], [2, 2], 'valid'],
    [[2, 9, 7, 3], [2, 2], [2, 2], 'same'],
    [[2, 9, 8, 3], [3, 3], [2, 2], 'same'],
    [[2, 9, 8, 3], [3, 2], [1, 1], 'valid'],
    [[1, 10, 11, 2], [2, 3], [3, 4], 'same'],
    [[2, 7, 7, 2], [3, 3], [2, 2], 1],
  ];
  // Whole numbers of 0–3, so that most windows hold ties.
  test.each(cases)('max of %j by %j, strides %j, padding %j', async (images, size, strides, padding) => {
    const x = tf.floor(tf.mul(tf.add(random(images, 1), 1), 2));
    await sameOnCpu([x], (a) => {
      const out = (b: tf.Tensor) => tf.maxPool(b as tf.Tensor4D, size, strides, padding);
      const weights = random(out(a!).shape, 2);
      return [tf.grad((b) => tf.sum(tf.mul(out(b), weights)))(a!)];
    });
  });

  // Not against cpu, whose gradient counts the pixels of the padding: against what each pixel adds to the average.
  test.each(cases)('average of %j by %j, strides %j, padding %j', async (images, size, strides, padding) => {
    const pool = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, size, strides, padding);
    const pixels = tf.util.sizeFromShape(images.slice(1));
    tf.tidy(() => {
      const x = random(images, 1);
      const weights = random(pool(x).shape, 2);
      const single = pool(tf.reshape(tf.eye(pixels), [pixels, ...images.slice(1)]));
      const each = tf.reshape(single, [pixels, -1]);
      const flat = tf.reshape(weights, [images[0]!, -1]);
      const expected = tf.reshape(tf.matMul(flat, each, false, true), images);
      const gradient = tf.grad((a) => tf.sum(tf.mul(pool(a), weights)))(x);
      expect(tf.max(tf.abs(tf.sub(gradient, expected))).dataSync()[0]).toBeLessThan(1e-5);
    });
  });
});

describe('matrices', () => {
  const cases: [a: number[], b: number[], transposeA: boolean, transposeB: boolean][] = [
    [[7, 5], [7, 6], true, false],
    [[5, 7], [6, 7], false, true],
    [[7, 5], [6, 7], true, true],
    [[5, 7], [7, 6], false, false],
    [[3, 5, 7], [3, 6, 7], false, true],
    [[3, 7, 5], [3, 7, 6], true, false],
  ];
  test.each(cases)('%j by %j, transposed: %s %s', async (a, b, transposeA, transposeB) => {
    await sameOnCpu([random(a, 1), random(b, 2)], (x, y) => {
      const product = (p: tf.Tensor, q: tf.Tensor) => tf.matMul(p, q, transposeA, transposeB);
      const { value, grads } = tf.valueAndGrads((p, q) => tf.sum(tf.square(product(p!, q!))) as tf.Scalar)([
        x!,
        y!,
      ]);
      return [value, ...grads, product(x!, y!)];
    });
  });
});

test('gradients of sums and means over any axes', async () => {
  for (const axes of [[0], [0, 1, 2], [0, 1, 2, 3], [1, 2], [3], [-4, 1], [2, 0]]) {
    for (const keep of [false, true]) {
      await sameOnCpu([random([3, 4, 5, 6], 1)], (x) => [tf.sum(x!, axes, keep), tf.mean(x!, axes, keep)]);
    }
  }
  await sameOnCpu([random([1100, 7], 1)], (x) => [tf.sum(x!, 0), tf.sum(tf.cast(x!, 'int32'), 0)]);
});

test('gradients of repeating', async () => {
  for (const [shape, reps] of [
    [
      [1, 1, 1, 5],
      [3, 2, 4, 1],
    ],
    [
      [1, 1, 5],
      [3, 1, 2],
    ],
    [
      [1, 4, 5],
      [7, 1, 1],
    ],
    [
      [2, 3],
      [3, 1],
    ],
    [
      [2, 3],
      [2, 2],
    ],
    [[4], [5]],
    [
      [1, 4],
      [1, 1],
    ],
  ] as const) {
    await sameOnCpu([random([...shape], 1)], (x) => [
      tf.tile(x!, [...reps]),
      tf.tile(tf.greater(x!, 0), [...reps]),
      tf.tile(tf.cast(tf.mul(x!, 9), 'int32'), [...reps]),
    ]);
  }
});

test('gradients by kernels that only the cpu backend has', async () => {
  await sameOnCpu([random([6, 4], 1)], (x) => [
    tf.unsortedSegmentSum(x!, tf.tensor1d([0, 2, 1, 2, 0, 0], 'int32'), 3),
    tf.einsum('ij,kj->ik', x!, x!),
    tf.grad((a) => tf.sum(tf.square(tf.gather(a, tf.tensor1d([1, 1, 3], 'int32')))))(x!),
  ]);
});

test('a cloned tensor outlives its original', async () => {
  const x = random([4], 1);
  const values = await x.data();
  const copy = tf.clone(x);
  x.dispose();
  expect(await copy.data()).toEqual(values);
  copy.dispose();
});
