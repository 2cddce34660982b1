import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../../models/engine';
import { loadCpuKernels } from '../../../models/engine/cpu';
import { enableTraining } from '../../../models/engine/training';
import { everyLayer } from './every-layer';
import { random, sameOnCpu } from './same-on-cpu';

/** Kernels that a test of this file has compared, and those that a net of every kind of layer runs. */
const compared = new Set<string>();
/** Kernels that compute nothing. */
const trivial = new Set(['Identity', 'Reshape', 'Fill', 'ZerosLike', 'OnesLike', 'ExpandDims']);
let recording: Set<string> | undefined;

beforeAll(async () => {
  // wasm, or tfjs-node where it is installed and not declined.
  await startEngine();
  await enableTraining();
  await loadCpuKernels();
  const name = tf.getBackend();
  for (const kernel of tf.getKernelsForBackend(name)) {
    tf.unregisterKernel(kernel.kernelName, name);
    tf.registerKernel({
      ...kernel,
      kernelFunc: (args) => {
        (recording ?? compared).add(kernel.kernelName);
        return kernel.kernelFunc(args);
      },
    });
  }
});

const size = (most: number) => fc.integer({ min: 1, max: most });
const pair = (most: number) => fc.tuple(size(most), size(most));
const seed = fc.integer({ min: 1, max: 999 });

interface Window {
  images: [number, number, number, number];
  kernel: [number, number];
  strides: [number, number];
  dilations: [number, number];
  padding: 'same' | 'valid' | tf.backend_util.ExplicitPadding;
  out: number;
}

const side = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
const explicit = fc
  .tuple(side, side)
  .map(([rows, columns]): tf.backend_util.ExplicitPadding => [[0, 0], rows, columns, [0, 0]]);

const window: fc.Arbitrary<Window> = fc
  .record({
    images: fc.tuple(size(2), size(13), size(13), size(9)),
    kernel: pair(5),
    strides: pair(5),
    dilations: fc.oneof({ weight: 3, arbitrary: fc.constant([1, 1] as [number, number]) }, pair(3)),
    padding: fc.oneof(fc.constantFrom('same' as const, 'valid' as const), explicit),
    out: size(9),
  })
  // TensorFlow has no convolution that both strides and dilates; the window must fit.
  .map((each) =>
    each.dilations.some((n) => n > 1) ? { ...each, strides: [1, 1] as [number, number] } : each,
  )
  .filter(({ images, kernel, dilations, padding }) => {
    // tfjs-node pads as it is told in some of its kernels only; no net of ours asks for it.
    if (typeof padding !== 'string' && tf.getBackend() === 'tensorflow') return false;
    return kernel.every((n, i) => {
      const reach = (n - 1) * dilations[i]! + 1;
      if (typeof padding === 'string') return padding === 'same' || reach <= images[i + 1]!;
      const [before, after] = padding[i + 1]!;
      // No window lies on the padding alone.
      return Math.max(before, after) < reach && reach <= images[i + 1]! + before + after;
    });
  });

const one = ([a, b]: [number, number]) => a === 1 && b === 1;

const found = (images: Window['images'], kernel: [number, number], strides: [number, number]): Window => ({
  ...{ images, kernel, strides, dilations: [1, 1], padding: 'same', out: 2 },
});
/** What wasm answered wrongly: `same`, and a stride beyond the kernel (along one side or both). */
const wrong: Window[] = [
  found([1, 32, 32, 3], [3, 3], [4, 4]),
  found([1, 32, 32, 3], [1, 3], [2, 2]),
  found([2, 8, 7, 3], [1, 1], [2, 2]),
  found([1, 9, 13, 3], [2, 5], [3, 3]),
  found([1, 12, 8, 3], [5, 1], [4, 3]),
  // In these gradients TensorFlow 2.15 writes beyond its memory: the shortcuts of ResNets.
  { ...found([1, 20, 16, 8], [1, 1], [2, 2]), padding: 'valid' },
  { ...found([2, 9, 7, 1], [1, 1], [3, 2]), padding: 'valid' },
];

/** Compares over generated cases, the same ones at every run. */
async function overCases<T>(cases: fc.Arbitrary<T>, check: (each: T) => Promise<void>, examples: T[] = []) {
  await fc.assert(fc.asyncProperty(cases, check), {
    numRuns: 60,
    seed: 1,
    examples: examples.map((each): [T] => [each]),
  });
}

/** Values of a computation and its gradients, each weighted differently, so that none can hide another. */
function withGradients(compute: (...x: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const value = compute(...inputs);
  const weights = random(value.shape, 77);
  const loss = (...x: tf.Tensor[]) => tf.sum(tf.mul(compute(...x), weights)) as tf.Scalar;
  return [value, ...tf.valueAndGrads(loss)(inputs).grads];
}

describe('windows', () => {
  test('convolution', () =>
    overCases(
      window,
      ({ images, kernel, strides, dilations, padding, out }) =>
        sameOnCpu([random(images, 1), random([...kernel, images[3], out], 2)], (x, w) => {
          const convolve = (a: tf.Tensor, b: tf.Tensor) =>
            tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, padding, 'NHWC', dilations);
          return one(dilations) ? withGradients(convolve, [x!, w!]) : [convolve(x!, w!)];
        }),
      wrong,
    ));

  test('convolution with bias and activation', () =>
    overCases(
      fc.tuple(window, fc.constantFrom('linear', 'relu', 'elu', 'relu6', 'sigmoid')),
      ([{ images, kernel, strides, dilations, padding, out }, activation]) =>
        sameOnCpu(
          [random(images, 1), random([...kernel, images[3], out], 2), random([out], 3)],
          (x, filter, bias) => {
            const convolve = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
              tf.fused.conv2d({
                ...{ x: a as tf.Tensor4D, filter: b as tf.Tensor4D, bias: c, strides, dilations },
                ...{ pad: padding as 'same', activation: activation as 'relu' },
              });
            return one(dilations)
              ? withGradients(convolve as never, [x!, filter!, bias!])
              : [convolve(x!, filter!, bias!)];
          },
        ),
      wrong.map((each): [Window, string] => [each, 'relu']),
    ));

  test('depthwise convolution, with bias and activation and without', () =>
    overCases(
      window,
      ({ images, kernel, strides, dilations, padding, out }) => {
        const channels = images[3];
        const multiplier = Math.min(out, 3);
        return sameOnCpu(
          [
            random(images, 1),
            random([...kernel, channels, multiplier], 2),
            random([channels * multiplier], 3),
          ],
          (x, w, bias) => {
            const filter = w as tf.Tensor4D;
            const convolve = (a: tf.Tensor, b: tf.Tensor) =>
              tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, padding, 'NHWC', dilations);
            const fused = tf.fused.depthwiseConv2d({
              ...{
                x: x as tf.Tensor4D,
                filter,
                bias,
                strides,
                dilations,
                pad: padding as 'same',
                activation: 'relu',
              },
            });
            return [
              fused,
              ...(one(dilations) ? withGradients(convolve, [x!, filter]) : [convolve(x!, filter)]),
            ];
          },
        );
      },
      wrong,
    ));

  test('transposed convolution', () =>
    overCases(
      window.filter((each) => one(each.dilations) && typeof each.padding === 'string'),
      ({ images, kernel, strides, padding, out }) => {
        const [count, height, width, channels] = images;
        const length = (n: number, i: number) =>
          n * strides[i]! + (padding === 'valid' ? Math.max(0, kernel[i]! - strides[i]!) : 0);
        const shape = [count, length(height, 0), length(width, 1), out] as [number, number, number, number];
        return sameOnCpu([random(images, 1), random([...kernel, out, channels], 2)], (x, w) =>
          withGradients(
            (a, b) =>
              tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, shape, strides, padding as 'same'),
            [x!, w!],
          ),
        );
      },
      [...wrong, found([2, 3, 3, 2], [2, 2], [3, 3])],
    ));

  test('largest and average of a window', () =>
    overCases(
      window.filter(({ dilations }) => one(dilations)),
      ({ images, kernel, strides, padding }) =>
        sameOnCpu([random(images, 1)], (x) => {
          const largest = (a: tf.Tensor) => tf.maxPool(a as tf.Tensor4D, kernel, strides, padding);
          const average = (a: tf.Tensor) => tf.avgPool(a as tf.Tensor4D, kernel, strides, padding);
          // cpu's gradient of the average counts the pixels of the padding, unlike cpu's average.
          const averages = padding === 'valid' ? withGradients(average, [x!]) : [average(x!)];
          return [...withGradients(largest, [x!]), ...averages];
        }),
      wrong,
    ));
});

/** A shape of up to five lengths. */
const shape = fc.array(size(5), { minLength: 1, maxLength: 5 });

describe('moving values', () => {
  test('cutting out, with whole numbers and truth values', () =>
    overCases(
      shape.chain((lengths) =>
        fc.record({
          lengths: fc.constant(lengths),
          begin: fc.tuple(...lengths.map((n) => fc.integer({ min: 0, max: n - 1 }))),
          share: fc.tuple(...lengths.map(() => fc.double({ min: 0, max: 1, noNaN: true }))),
        }),
      ),
      ({ lengths, begin, share }) => {
        const sides = lengths.map((n, i) => Math.max(1, Math.ceil(share[i]! * (n - begin[i]!))));
        return sameOnCpu([random(lengths, 1)], (x) => [
          ...withGradients((a) => tf.slice(a, begin, sides), [x!]),
          tf.slice(tf.cast(tf.mul(x!, 9), 'int32'), begin, sides),
          tf.slice(tf.greater(x!, 0), begin, sides),
        ]);
      },
    ));

  test('repeating', () =>
    overCases(
      fc.array(fc.tuple(size(4), size(4)), { minLength: 1, maxLength: 4 }),
      (axes) =>
        sameOnCpu(
          [
            random(
              axes.map(([n]) => n),
              1,
            ),
          ],
          (x) =>
            withGradients(
              (a) =>
                tf.tile(
                  a,
                  axes.map(([, reps]) => reps),
                ),
              [x!],
            ),
        ),
      [
        // As a layer normalisation repeats its weights, and its means.
        ...[
          { shape: [1, 1, 1, 7], reps: [3, 4, 5, 1] },
          { shape: [3, 4, 5, 1], reps: [1, 1, 1, 7] },
          { shape: [2, 3], reps: [1, 1] },
        ].map(({ shape, reps }) => shape.map((n, i): [number, number] => [n, reps[i]!])),
      ],
    ));

  test('padding, turning over, exchanging axes, joining, splitting', () =>
    overCases(
      fc.tuple(fc.tuple(size(4), size(4), size(4)), fc.integer({ min: 0, max: 2 }), pair(3)),
      ([lengths, axis, [before, after]]) =>
        sameOnCpu([random([...lengths, 2], 1), random([...lengths, 2], 2)], (x, y) => [
          ...withGradients(
            (a) => tf.pad(a, [...lengths.map((): [number, number] => [before, after]), [0, 1]]),
            [x!],
          ),
          ...withGradients((a) => tf.reverse(a, axis), [x!]),
          ...withGradients((a) => tf.transpose(a, [3, axis, ...[0, 1, 2].filter((n) => n !== axis)]), [x!]),
          ...withGradients((a, b) => tf.concat([a, b], axis), [x!, y!]),
          ...withGradients((a, b) => tf.stack([a, b], axis), [x!, y!]),
          ...withGradients((a) => tf.mul(...(tf.split(a, 2, 3) as [tf.Tensor, tf.Tensor])), [x!]),
          ...withGradients((a) => tf.gather(a, tf.tensor1d([0, lengths[axis]! - 1, 0], 'int32'), axis), [x!]),
        ]),
    ));

  test('enlarging and shrinking', () =>
    overCases(
      fc.tuple(size(6), size(3), pair(9)),
      // cpu's gradient of the nearest takes all images for the first, that of the linear exchanges height and width.
      ([length, channels, to]) =>
        sameOnCpu([random([1, length, length, channels], 1), random([2, length, 5, channels], 2)], (x, y) => [
          ...withGradients((a) => tf.image.resizeNearestNeighbor(a as tf.Tensor4D, to), [x!]),
          ...withGradients((a) => tf.image.resizeBilinear(a as tf.Tensor4D, to), [x!]),
          ...[false, true].flatMap((half) => [
            tf.image.resizeNearestNeighbor(y as tf.Tensor4D, to, false, half),
            tf.image.resizeBilinear(y as tf.Tensor4D, to, false, half),
          ]),
        ]),
    ));

  test('space to batch and back', () =>
    overCases(
      fc.tuple(size(2), pair(4), pair(3), size(3)),
      ([count, [rows, columns], [high, wide], channels]) =>
        sameOnCpu([random([count, rows * high + 1, columns * wide, channels], 1)], (x) =>
          withGradients(
            (a) => {
              const apart = tf.spaceToBatchND(
                a,
                [high, wide],
                [
                  [0, high - 1],
                  [0, 0],
                ],
              );
              return tf.batchToSpaceND(
                tf.square(apart),
                [high, wide],
                [
                  [0, high - 1],
                  [0, 0],
                ],
              );
            },
            [x!],
          ),
        ),
    ));
});

describe('arithmetic', () => {
  test('products of matrices', () =>
    overCases(
      fc.record({
        stack: fc.array(size(3), { maxLength: 1 }),
        m: size(9),
        k: size(9),
        n: size(9),
        a: fc.boolean(),
        b: fc.boolean(),
      }),
      ({ stack, m, k, n, a, b }) =>
        sameOnCpu(
          [random([...stack, ...(a ? [k, m] : [m, k])], 1), random([...stack, ...(b ? [n, k] : [k, n])], 2)],
          (x, y) => [
            ...withGradients((p, q) => tf.matMul(p, q, a, b), [x!, y!]),
            tf.fused.matMul({ a: x!, b: y!, transposeA: a, transposeB: b, activation: 'relu' }),
          ],
        ),
    ));

  test('sums, means, extremes over any axes', () =>
    overCases(
      fc.tuple(shape, fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }), fc.boolean()),
      ([lengths, picked, keep]) => {
        const axes = [...new Set(picked.map((n) => n % lengths.length))];
        return sameOnCpu([random(lengths, 1)], (x) => [
          ...withGradients((a) => tf.sum(a, axes, keep), [x!]),
          ...withGradients((a) => tf.mean(a, axes, keep), [x!]),
          ...withGradients((a) => tf.max(a, axes, keep), [x!]),
          ...withGradients((a) => tf.min(a, axes, keep), [x!]),
          ...withGradients((a) => tf.moments(a, axes, keep).variance, [x!]),
          tf.logSumExp(x!, axes, keep),
          tf.argMax(x!, axes[0]!),
          tf.all(tf.greater(x!, -0.5), axes, keep),
        ]);
      },
    ));

  test('two tensors that are broadcast', () =>
    overCases(
      shape.chain((lengths) =>
        fc.tuple(fc.constant(lengths.slice(-4)), fc.tuple(...lengths.slice(-4).map(() => fc.boolean()))),
      ),
      ([lengths, kept]) =>
        sameOnCpu(
          [
            random(lengths, 1),
            random(
              lengths.map((n, i) => (kept[i] ? n : 1)),
              2,
            ),
          ],
          (x, y) => {
            // Not every gradient of tfjs-core broadcasts.
            const whole = (b: tf.Tensor) => tf.add(b, tf.zeros(lengths));
            return [
              ...withGradients(tf.add as never, [x!, y!]),
              ...withGradients(tf.sub as never, [x!, y!]),
              ...withGradients(tf.mul as never, [x!, y!]),
              ...withGradients((a, b) => tf.div(a, tf.add(tf.abs(b), 1)), [x!, y!]),
              ...withGradients((a, b) => tf.maximum(a, whole(b)), [x!, y!]),
              ...withGradients((a, b) => tf.minimum(a, whole(b)), [x!, y!]),
              ...withGradients((a, b) => tf.squaredDifference(a, whole(b)), [x!, y!]),
              ...withGradients((a, b) => tf.pow(tf.add(tf.abs(a), 0.5), whole(b)), [x!, y!]),
              ...withGradients(
                (a, b) => tf.where(tf.greater(random(lengths, 3), 0), a, tf.mul(a, b)),
                [x!, y!],
              ),
              tf.equal(tf.round(x!), tf.round(y!)),
              tf.lessEqual(x!, y!),
              tf.logicalAnd(tf.less(x!, 0), tf.greaterEqual(y!, 0)),
            ];
          },
        ),
    ));

  test('functions of one value', () =>
    overCases(fc.tuple(shape, seed), ([lengths, from]) => {
      const functions: ((x: tf.Tensor) => tf.Tensor)[] = [
        ...[tf.relu, tf.relu6, tf.elu, tf.selu, tf.sigmoid, tf.tanh, tf.softplus, tf.abs, tf.neg, tf.exp],
        ...[tf.square, tf.erf, tf.sin, tf.cos, tf.softmax, tf.logSoftmax, tf.floor, tf.sign],
        ...[(x: tf.Tensor) => tf.leakyRelu(x, 0.1), (x: tf.Tensor) => tf.clipByValue(x, -2, 1)],
        ...[tf.log, tf.sqrt, tf.rsqrt, tf.reciprocal].map((f) => (x: tf.Tensor) => f(tf.add(tf.abs(x), 0.3))),
      ] as never;
      return sameOnCpu([random(lengths, from)], (x) => {
        const wide = tf.mul(x!, 4);
        return [
          ...functions.flatMap((f) => withGradients(f, [wide])),
          ...withGradients(tf.prelu as never, [wide, random([lengths.at(-1)!], 5)]),
          tf.cast(tf.greater(wide, 0), 'float32'),
          tf.oneHot(tf.cast(tf.abs(wide), 'int32'), 5),
        ];
      });
    }));

  test('normalising by mean and variance', () =>
    overCases(fc.tuple(size(3), size(4), size(4), size(9)), (images) => {
      const each = [images[3]];
      return sameOnCpu(
        [random(images, 1), random(each, 2), random(each, 3), random(each, 4), random(each, 5)],
        (x, mean, variance, offset, scale) =>
          withGradients(
            (...[a, b, c, d, e]) =>
              tf.batchNorm(
                a!,
                b as tf.Tensor1D,
                tf.abs(c!) as tf.Tensor1D,
                d as tf.Tensor1D,
                e as tf.Tensor1D,
              ),
            [x!, mean!, variance!, offset!, scale!],
          ),
      );
    }));

  test('the largest k', () =>
    overCases(fc.tuple(size(4), size(9)), ([rows, columns]) =>
      sameOnCpu([random([rows, columns], 1)], (x) => {
        const { values, indices } = tf.topk(x!, Math.ceil(columns / 2));
        return [values, indices];
      }),
    ));
});

test('every kernel that a net of every kind of layer runs, answering and training, is compared above', () => {
  recording = new Set();
  const net = everyLayer();
  tf.tidy(() => {
    const images = random([3, 12, 12, 3], 1);
    const wanted = tf.oneHot(tf.tensor1d([0, 3, 1], 'int32'), 4);
    const loss = () =>
      tf.losses.softmaxCrossEntropy(wanted, net.apply(images, { training: true }) as tf.Tensor) as tf.Scalar;
    tf.train.adam(0.01).minimize(loss);
    tf.softmax(net.predict(images) as tf.Tensor);
  });
  net.dispose();
  const ran = recording;
  recording = undefined;
  expect(ran.size).toBeGreaterThan(30);
  expect([...ran].filter((name) => !compared.has(name) && !trivial.has(name))).toEqual([]);
});
