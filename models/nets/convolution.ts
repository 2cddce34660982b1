import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { onlyInput } from './only-input';

/** What layers that convolve otherwise use of TensorFlow.js's. */
export interface Convolution extends layers.Layer {
  readonly kernelSize: [number, number];
  readonly dilationRate: [number, number];
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid';
  readonly kernel: { read(): tf.Tensor4D };
  readonly depthwiseKernel: { read(): tf.Tensor4D };
  readonly bias: { read(): tf.Tensor } | null;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor } | null;
}

type Base = (new (
  args: object,
) => Convolution) &
  Pick<tf.serialization.SerializableConstructor<Convolution>, 'fromConfig'>;

/** The classes of TensorFlow.js's layers, which it does not export. */
export const Conv2D = layers.conv2d({ name: 'base', filters: 1, kernelSize: 1 }).constructor as Base;
export const DepthwiseConv2D = layers.depthwiseConv2d({ name: 'base', kernelSize: 1 }).constructor as Base;

/** The images that a layer is called with. */
export function imagesOf(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor4D {
  return onlyInput(inputs) as tf.Tensor4D;
}

/** What a convolution gives, with the layer's bias and activation, as far as it has them. */
export function finished({ bias, activation }: Convolution, convolved: tf.Tensor): tf.Tensor {
  const shifted = bias ? tf.add(convolved, bias.read()) : convolved;
  return activation ? activation.apply(shifted) : shifted;
}
