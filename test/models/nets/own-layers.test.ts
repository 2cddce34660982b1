import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { GroupNormalization } from '../../../models/nets/group-normalization';
import { GroupedConv2D } from '../../../models/nets/grouped';
import { MatMul } from '../../../models/nets/mat-mul';
import { Pad } from '../../../models/nets/pad';
import { PlaceScale } from '../../../models/nets/place-scale';
import { type FunctionName, PlainFunction } from '../../../models/nets/plain-function';
import { Reduce } from '../../../models/nets/reduce';
import { Resize } from '../../../models/nets/resize';
import { SameForAll } from '../../../models/nets/same-for-all';
import { Slice } from '../../../models/nets/slice';
import { UnitNormalization } from '../../../models/nets/unit-normalization';

beforeAll(async () => {
  process.env.GOODNET_ENGINE = 'wasm';
  await startEngine();
  await enableTraining();
});

const STEP = 1e-2;

const resize = (height: number, width: number, interpolation: 'bilinear' | 'nearest') => (name: string) =>
  new Resize({ name, height, width, interpolation });

const each =
  (name: FunctionName, ...numbers: number[]) =>
  (layer: string) =>
    new PlainFunction({ name: layer, function: name, numbers });

const kinds: [what: string, make: (name: string) => layers.Layer, shape: number[], tolerance: number][] = [
  ['enlarged', resize(9, 8, 'bilinear'), [2, 4, 3, 2], 1e-3],
  ['made smaller', resize(3, 2, 'bilinear'), [2, 7, 5, 1], 1e-3],
  ['the nearest', resize(7, 2, 'nearest'), [1, 3, 5, 2], 1e-3],
  ['groups', (name) => new GroupNormalization({ name, groups: 2, epsilon: 0.1 }), [2, 3, 2, 4], 1e-2],
  ['a clipped image', each('clip', 0.4, 0.8), [2, 3, 2, 2], 1e-2],
  ['a third power', each('power', 3), [3, 4], 1e-2],
  ['square roots', each('power', 0.5), [3, 4], 1e-2],
  ['one over a root', each('power', -0.5), [3, 4], 2e-2],
  ['one over it', each('power', -1), [3, 4], 5e-2],
  ['exponentials', each('exp'), [3, 4], 1e-2],
  ['logarithms', each('log'), [3, 4], 1e-2],
  ['without signs', each('abs'), [3, 4], 1e-3],
  ['gelu by tanh', each('gelu'), [3, 4], 1e-2],
  [
    'means of channels',
    (name) => new Reduce({ name, kind: 'mean', axes: [3], keepDims: true }),
    [2, 3, 2, 4],
    1e-3,
  ],
  [
    'the highest of columns',
    (name) => new Reduce({ name, kind: 'max', axes: [2], keepDims: false }),
    [1, 3, 4, 2],
    1e-2,
  ],
  [
    'the lowest',
    (name) => new Reduce({ name, kind: 'min', axes: [1, 2], keepDims: false }),
    [1, 3, 2, 2],
    1e-2,
  ],
  ['sums', (name) => new Reduce({ name, kind: 'sum', axes: [1, 3], keepDims: false }), [2, 3, 2, 2], 1e-2],
  [
    'padded',
    (name) =>
      new Pad({
        name,
        padding: [
          [1, 0],
          [0, 2],
        ],
        value: -1,
      }),
    [2, 3, 2, 2],
    1e-3,
  ],
  [
    'by rows and columns',
    (name) => new PlaceScale({ name, rows: [1, 2, 0.5], columns: [3, 1] }),
    [2, 3, 2, 2],
    1e-3,
  ],
  ['a part of the tokens', (name) => new Slice({ name, axis: 1, begin: 1, size: 2 }), [2, 4, 3], 1e-3],
  ['unit', (name) => new UnitNormalization({ name }), [3, 4], 1e-2],
  [
    'grouped',
    (name) => new GroupedConv2D({ name, filters: 4, groups: 2, kernelSize: 2, padding: 'same' }),
    [1, 4, 3, 6],
    1e-3,
  ],
];

describe.each(kinds)('%s: the gradient on wasm is what differences say', (_, make, shape, tolerance) => {
  it('of the images, and of each weight', () => {
    const layer = make('own');
    tf.tidy(() => {
      const x = tf.randomUniform(shape, 0.2, 1, 'float32', 3);
      layer.apply(x);
      layer.setWeights(
        layer.weights.map(({ shape: sides }, i) => tf.randomUniform(sides as number[], -1, 1, 'float32', i)),
      );
      const out = layer.apply(x) as tf.Tensor;
      const weighing = tf.randomUniform(out.shape, -1, 1, 'float32', 9);
      const loss = (image: tf.Tensor) => tf.sum(tf.mul(layer.apply(image) as tf.Tensor, weighing));
      const differs = tf.sub(tf.grad(loss)(x), differences(x, loss));
      expect(tf.max(tf.abs(differs)).dataSync()[0]).toBeLessThan(tolerance);

      const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      if (weights.length === 0) return;
      const { grads } = tf.variableGrads(() => loss(x) as tf.Scalar, weights);
      for (const weight of weights) {
        const original = tf.clone(weight);
        const expected = differences(original, (values) => {
          weight.assign(values as never);
          return loss(x);
        });
        weight.assign(original as never);
        const error = tf.max(tf.abs(tf.sub(grads[weight.name]!, expected)));
        expect(error.dataSync()[0]).toBeLessThan(tolerance);
      }
    });
    layer.dispose();
  });
});

it('products of matrices: the gradients of both are what differences say', () => {
  tf.tidy(() => {
    const layer = new MatMul({ name: 'product' });
    const a = tf.randomUniform([2, 3, 4, 2], -1, 1, 'float32', 1);
    const b = tf.randomUniform([2, 3, 2, 5], -1, 1, 'float32', 2);
    const weighing = tf.randomUniform([2, 3, 4, 5], -1, 1, 'float32', 9);
    const loss = (first: tf.Tensor, second: tf.Tensor) =>
      tf.sum(tf.mul(layer.apply([first, second]) as tf.Tensor, weighing));
    const [ofA, ofB] = tf.grads(loss)([a, b]);
    for (const differs of [
      tf.sub(
        ofA!,
        differences(a, (x) => loss(x, b)),
      ),
      tf.sub(
        ofB!,
        differences(b, (x) => loss(a, x)),
      ),
    ])
      expect(tf.max(tf.abs(differs)).dataSync()[0]).toBeLessThan(1e-3);
  });
});

it('what is the same for all images is there for each, and is not trained', () => {
  const layer = new SameForAll({ name: 'same', shape: [2, 2] });
  tf.tidy(() => {
    layer.apply(tf.zeros([3, 7]));
    layer.setWeights([tf.tensor1d([1, 2, 3, 4])]);
    const out = layer.apply(tf.zeros([3, 7])) as tf.Tensor;
    expect(out.shape).toEqual([3, 2, 2]);
    expect([...out.dataSync()]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  });
  expect(layer.trainableWeights).toEqual([]);
  layer.dispose();
});

/** What a number changes by with each value of a tensor. */
function differences(x: tf.Tensor, loss: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const values = x.dataSync();
  const each = Array.from(values, (_, i) => {
    const at = (by: number) =>
      tf.tidy(
        () =>
          loss(
            tf.tensor(
              values.map((value, k) => value + (k === i ? by : 0)),
              x.shape,
            ),
          ).dataSync()[0]!,
      );
    return (at(STEP) - at(-STEP)) / (2 * STEP);
  });
  return tf.tensor(each, x.shape);
}

it('rows of pixels are as TensorFlow resizes them', () => {
  const row = (to: number, interpolation: 'bilinear' | 'nearest') =>
    tf.tidy(() => {
      const image = tf.tensor4d([0, 4, 8, 16], [1, 1, 4, 1]);
      return [...(resize(1, to, interpolation)('row').apply(image) as tf.Tensor).dataSync()];
    });
  // tf.image.resize([[[[0], [4], [8], [16]]]], (1, n), method), TensorFlow 2.15.1.
  expect(row(8, 'bilinear')).toEqual([0, 1, 3, 5, 7, 10, 14, 16]);
  expect(row(2, 'bilinear')).toEqual([2, 12]);
  expect(row(3, 'nearest')).toEqual([0, 8, 16]);
});
