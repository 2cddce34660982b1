import * as tf from '@tensorflow/tfjs-core';

/** Attributes that the kernels of 2-D convolutions share. */
export interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Sizes of a convolution, channels last, without dilation (of which TensorFlow.js computes no gradient). */
export function convolution(
  inputShape: number[],
  filterShape: number[],
  { strides, pad, dimRoundingMode }: ConvAttributes,
  depthwise = false,
): tf.backend_util.Conv2DInfo {
  const of4 = (shape: number[]) => shape as [number, number, number, number];
  return tf.backend_util.computeConv2DInfo(
    ...([of4(inputShape), of4(filterShape), strides, 1, pad, dimRoundingMode, depthwise] as const),
  );
}
