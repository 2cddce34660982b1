import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';

type Conv2DInfo = tf.backend_util.Conv2DInfo;

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Fills dx (zeros until now) from dy. */
export type PoolGradient = (
  tensors: { dy: tf.TensorInfo; input: tf.TensorInfo; dx: tf.TensorInfo },
  info: Conv2DInfo,
  view: (tensor: tf.TensorInfo) => Float32Array,
) => void;

/** Replaces wasm's gradient kernel of a 2-D pooling. */
export function registerPoolGradient(
  kernelName: 'MaxPoolGrad' | 'AvgPoolGrad',
  gradient: PoolGradient,
): void {
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const wasm = backend as WasmBackend;
      const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
      const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttributes;
      const shape = input.shape as [number, number, number, number];
      const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
      const dx = wasm.makeOutput(input.shape, 'float32');
      // Views are taken after the last allocation, which may have moved the memory.
      const view = (tensor: tf.TensorInfo) => wasm.typedArrayFromHeap(tensor) as Float32Array;
      view(dx).fill(0);
      gradient({ dy, input, dx }, info, view);
      return dx;
    },
  });
}

/** Calls `each` for every window, with the part of it that lies on the image, rows and columns first to last + 1. */
export function overWindows(
  info: Conv2DInfo,
  each: (image: number, firstY: number, endY: number, firstX: number, endX: number) => void,
): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info;
  for (let image = 0; image < batchSize; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const top = outY * strideHeight - padInfo.top;
      const endY = Math.min(inHeight, top + info.filterHeight);
      for (let outX = 0; outX < outWidth; outX++) {
        const left = outX * strideWidth - padInfo.left;
        each(image, Math.max(0, top), endY, Math.max(0, left), Math.min(inWidth, left + info.filterWidth));
      }
    }
  }
}
