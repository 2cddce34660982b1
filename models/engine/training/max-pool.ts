import type * as tf from '@tensorflow/tfjs-core';
import { overWindows, registerPoolGradient } from './pool';
import type { SimdKernels } from './simd';

type Conv2DInfo = tf.backend_util.Conv2DInfo;

/**
 * The gradient of max pooling: dy goes to the first of a window's largest pixels, as on the cpu backend.
 * Several times faster than wasm's own kernel, also where it is plain JavaScript over wasm's memory.
 */
export function registerMaxPoolGradient(simd: SimdKernels): void {
  registerPoolGradient('MaxPoolGrad', ({ dy, input, dx }, info, view) => {
    if (isPairs(info)) simd.maxPoolPairs(input, dy, dx, info);
    else spread(view(dy), view(input), view(dx), info);
  });
}

/** 2 × 2 pixels each, side by side, nothing padded: nearly every net's pooling. */
function isPairs({ filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: Conv2DInfo): boolean {
  const twos = [filterHeight, filterWidth, strideHeight, strideWidth].every((n) => n === 2);
  return twos && padInfo.top === 0 && padInfo.left === 0 && padInfo.bottom === 0 && padInfo.right === 0;
}

function spread(dy: Float32Array, x: Float32Array, dx: Float32Array, info: Conv2DInfo): void {
  const { inHeight, inWidth, inChannels: channels } = info;
  let from = 0;
  overWindows(info, (image, firstY, endY, firstX, endX) => {
    for (let channel = 0; channel < channels; channel++, from++) {
      let best = -1;
      let largest = Number.NEGATIVE_INFINITY;
      for (let y = firstY; y < endY; y++) {
        const row = (image * inHeight + y) * inWidth * channels + channel;
        for (let at = row + firstX * channels; at < row + endX * channels; at += channels) {
          const value = x[at]!;
          if (value > largest) {
            largest = value;
            best = at;
          }
        }
      }
      if (best >= 0) dx[best]! += dy[from]!;
    }
  });
}
