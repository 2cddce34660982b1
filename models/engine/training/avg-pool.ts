import type * as tf from '@tensorflow/tfjs-core';
import { overWindows, registerPoolGradient } from './pool';

/**
 * The gradient of average pooling. As the pooling itself, and unlike the wasm and cpu backends' own kernels, it
 * counts only the pixels of a window that lie on the image.
 */
export function registerAvgPoolGradient(): void {
  registerPoolGradient('AvgPoolGrad', ({ dy, dx }, info, view) => spread(view(dy), view(dx), info));
}

function spread(dy: Float32Array, dx: Float32Array, info: tf.backend_util.Conv2DInfo): void {
  const { inHeight, inWidth, inChannels: channels } = info;
  let from = 0;
  overWindows(info, (image, firstY, endY, firstX, endX) => {
    const share = 1 / ((endY - firstY) * (endX - firstX));
    for (let y = firstY; y < endY; y++) {
      for (let x = firstX; x < endX; x++) {
        const at = ((image * inHeight + y) * inWidth + x) * channels;
        for (let channel = 0; channel < channels; channel++) dx[at + channel]! += dy[from + channel]! * share;
      }
    }
    from += channels;
  });
}
