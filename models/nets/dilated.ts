import * as tf from '@tensorflow/tfjs-core';
import { atLeast } from '../present';
import { Conv2D, type Convolution, DepthwiseConv2D, finished, imagesOf } from './convolution';

type Tensor4D = tf.Tensor4D;

/**
 * A dilated Conv2D of stride 1 that can be trained: of TensorFlow.js's own, no engine has a gradient. Options and
 * weights are those of Conv2D. Importing this file makes it known to loaders of saved nets.
 */
export class DilatedConv2D extends Conv2D {
  static readonly className = 'GoodNetDilatedConv2D';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return convolved(this, inputs, (x) => tf.conv2d(x, this.kernel.read(), 1, 'valid'));
  }
}

/** A dilated DepthwiseConv2D of stride 1, which TensorFlow.js has not. Options and weights are DepthwiseConv2D's. */
export class DilatedDepthwiseConv2D extends DepthwiseConv2D {
  static readonly className = 'GoodNetDilatedDepthwiseConv2D';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return convolved(this, inputs, (x) => tf.depthwiseConv2d(x, this.depthwiseKernel.read(), 1, 'valid'));
  }

  override computeOutputShape(input: (number | null)[]): (number | null)[] {
    const [count, , , channels] = atLeast(4, super.computeOutputShape(input) as (number | null)[]);
    const side = (axis: 0 | 1) => {
      const length = input[axis + 1];
      return length == null ? null : placed(this, axis, length).out;
    };
    return [count, side(0), side(1), channels];
  }
}

tf.serialization.registerClass(DilatedConv2D);
tf.serialization.registerClass(DilatedDepthwiseConv2D);

/** A side's padding, and its length after the convolution. */
function placed({ kernelSize, dilationRate, padding }: Convolution, axis: number, length: number) {
  const step = dilationRate[axis]!;
  const reach = (kernelSize[axis]! - 1) * step;
  const around = padding === 'same' ? reach : 0;
  const before = Math.floor(around / 2);
  // Behind it as much more as makes it a multiple of the step.
  const whole = Math.ceil((length + around) / step) * step;
  return {
    step,
    pads: [before, whole - length - before] as [number, number],
    whole,
    out: length + around - reach,
  };
}

/** The images apart by their places modulo the dilation, each part convolved plainly, and all put together again. */
function convolved(
  layer: Convolution,
  inputs: tf.Tensor | tf.Tensor[],
  convolve: (x: Tensor4D) => Tensor4D,
): tf.Tensor {
  return tf.tidy(() => {
    const x = imagesOf(inputs);
    const [count, height, width, channels] = x.shape;
    const [rows, columns] = [placed(layer, 0, height), placed(layer, 1, width)];
    const [high, wide] = [rows.whole / rows.step, columns.whole / columns.step];
    const padded = tf.pad(x, [[0, 0], rows.pads, columns.pads, [0, 0]]);
    const split = tf.reshape(padded, [count, high, rows.step, wide, columns.step, channels]);
    const parts = tf.reshape(tf.transpose(split, [2, 4, 0, 1, 3, 5]), [-1, high, wide, channels]);
    const done = convolve(parts as Tensor4D);
    const [, above, across, out] = done.shape;
    const apart = tf.reshape(done, [rows.step, columns.step, count, above, across, out]);
    const joined = tf.transpose(apart, [2, 3, 0, 4, 1, 5]);
    const all = tf.reshape(joined, [count, above * rows.step, across * columns.step, out]);
    const cut = tf.slice(all, [0, 0, 0, 0], [count, rows.out, columns.out, out]);
    return finished(layer, cut);
  });
}
