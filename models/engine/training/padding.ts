import type * as tf from '@tensorflow/tfjs-core';
import type { KernelCalls } from './kernel-call';

type Paddings = [number, number][];

/**
 * Zeros around an image (images × height × width × channels) so that every window of a convolution lies on it;
 * none where the stride leaves rows over.
 */
export function windowPaddings(info: tf.backend_util.Conv2DInfo): Paddings {
  const { top, left } = info.padInfo;
  const below = (info.outHeight - 1) * info.strideHeight + info.filterHeight - info.inHeight - top;
  const right = (info.outWidth - 1) * info.strideWidth + info.filterWidth - info.inWidth - left;
  return [
    [0, 0],
    [top, Math.max(0, below)],
    [left, Math.max(0, right)],
    [0, 0],
  ];
}

/** The image with zeros around it, or itself where there are none. */
export function pad(x: tf.TensorInfo, paddings: Paddings, calls: KernelCalls): tf.TensorInfo {
  if (paddings.flat().every((n) => n === 0)) return x;
  return calls.run('PadV2', { x }, { paddings, constantValue: 0 });
}
