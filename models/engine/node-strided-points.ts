import * as tf from '@tensorflow/tfjs-core';
import { last } from '../present';

interface How {
  readonly strides: number | readonly [number, number];
  readonly pad: 'valid' | 'same' | number | readonly unknown[];
  readonly dataFormat: string;
}
type Shape4D = [number, number, number, number];

/**
 * Replaces the gradients of strided convolutions of 1 × 1 on tfjs-node: TensorFlow 2.15 writes beyond its memory in them, and the process
 * dies, sooner or later. Such a convolution is one of every second point, or third: a product of matrices. ResNets have them as shortcuts.
 */
export function registerStridedPoints(): void {
  replace('Conv2DBackpropFilter', (inputs, attrs) => {
    const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
    const filterShape = attrs.filterShape as Shape4D;
    const strides = pointStrides(attrs, filterShape);
    if (!strides) return undefined;
    const taken = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, ...strides, 1]);
    return tf.reshape(tf.matMul(flat(taken), flat(dy), true), filterShape);
  });
  replace('Conv2DBackpropInput', (inputs, attrs) => {
    const { dy, filter } = inputs as { dy: tf.Tensor4D; filter: tf.Tensor4D };
    const strides = pointStrides(attrs, filter.shape);
    if (!strides) return undefined;
    const [n, height, width, channels] = attrs.inputShape as Shape4D;
    const [, rows, columns] = dy.shape;
    const [down, across] = strides;
    const taken = tf.matMul(flat(dy), tf.reshape(filter, [channels, -1]), false, true);
    const apart = tf.pad(tf.reshape(taken, [n, rows, 1, columns, channels]), [
      [0, 0],
      [0, 0],
      [0, down - 1],
      [0, 0],
      [0, (across - 1) * channels],
    ]);
    const laid = tf.reshape(apart, [n, rows * down, columns * across, channels]);
    const [below, right] = [Math.max(0, height - rows * down), Math.max(0, width - columns * across)];
    const padded = tf.pad(laid, [
      [0, 0],
      [0, below],
      [0, right],
      [0, 0],
    ]);
    return tf.slice(padded, [0, 0, 0, 0], [n, height, width, channels]);
  });
}

/** Strides of a convolution of single points, whose images are not padded; undefined of any other. */
function pointStrides(attrs: tf.NamedAttrMap, filter: readonly number[]): [number, number] | undefined {
  const { strides, pad, dataFormat } = attrs as unknown as How;
  const [down, across] = typeof strides === 'number' ? [strides, strides] : strides;
  const isPoint = filter[0] === 1 && filter[1] === 1 && (down > 1 || across > 1);
  // Of single points `same` needs no padding, as `valid`.
  const isBare = pad === 'valid' || pad === 'same' || pad === 0;
  return isPoint && isBare && dataFormat !== 'NCHW' ? [down, across] : undefined;
}

function flat(values: tf.Tensor): tf.Tensor2D {
  return tf.reshape(values, [-1, last(values.shape)]);
}

/** @param own undefined for what the kernel of TensorFlow computes */
function replace(
  kernelName: string,
  own: (inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap) => tf.Tensor | undefined,
): void {
  const backendName = 'tensorflow';
  const theirs = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: (args) => {
      const made = tf.tidy(() => own(args.inputs, args.attrs ?? {}) ?? []);
      return made instanceof tf.Tensor ? made : theirs.kernelFunc(args);
    },
  });
}
