import * as tf from '@tensorflow/tfjs-core';
import type { SimdKernels } from './simd';
import type { WasmBackend } from './wasm-backend';

type Conv2DInfo = tf.backend_util.Conv2DInfo;

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * The gradient of max pooling: dy goes to the first of a window's largest pixels, as on the cpu backend.
 * Several times faster than wasm's own kernel, also where it is plain JavaScript over wasm's memory.
 */
export function registerMaxPoolGradient(simd: SimdKernels): void {
  tf.unregisterKernel('MaxPoolGrad', 'wasm');
  tf.registerKernel({
    kernelName: 'MaxPoolGrad',
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
      if (isPairs(info)) simd.maxPoolPairs(input, dy, dx, info);
      else spread(view(dy), view(input), view(dx), info);
      return dx;
    },
  });
}

/** 2 × 2 pixels each, side by side, nothing padded: nearly every net's pooling. */
function isPairs({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: Conv2DInfo): boolean {
  const twos = [filterHeight, filterWidth, strideHeight, strideWidth].every((n) => n === 2);
  return twos && padInfo.top === 0 && padInfo.left === 0 && padInfo.bottom === 0 && padInfo.right === 0;
}

function spread(dy: Float32Array, x: Float32Array, dx: Float32Array, info: Conv2DInfo): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info;
  const { filterHeight, filterWidth, inChannels: channels } = info;
  let from = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const top = outY * strideHeight - padInfo.top;
      const firstY = Math.max(0, top);
      const lastY = Math.min(inHeight, top + filterHeight);
      for (let outX = 0; outX < outWidth; outX++) {
        const left = outX * strideWidth - padInfo.left;
        const firstX = Math.max(0, left);
        const lastX = Math.min(inWidth, left + filterWidth);
        for (let channel = 0; channel < channels; channel++) {
          let best = -1;
          let largest = Number.NEGATIVE_INFINITY;
          for (let y = firstY; y < lastY; y++) {
            const row = (image * inHeight + y) * inWidth * channels + channel;
            for (let at = row + firstX * channels; at < row + lastX * channels; at += channels) {
              const value = x[at]!;
              if (value > largest) {
                largest = value;
                best = at;
              }
            }
          }
          if (best >= 0) dx[best]! += dy[from]!;
          from++;
        }
      }
    }
  }
}
