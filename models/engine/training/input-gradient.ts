import type * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';
import { KernelCalls } from './kernel-call';
import { pad } from './padding';

type Conv2DInfo = tf.backend_util.Conv2DInfo;
type Size4D = [number, number, number, number];

/**
 * The input's gradient of a 2-D convolution, as a convolution of dy (its pixels set apart by the stride) with the
 * filter turned by 180° and its channels swapped. Result: as the input.
 */
export function inputGradient(
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  info: Conv2DInfo,
  backend: WasmBackend,
): tf.TensorInfo {
  const { filterHeight, filterWidth, padInfo } = info;
  const calls = new KernelCalls(backend);
  const spread = setApart(dy, info, calls);
  const above = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const below = info.inHeight + padInfo.top - (spread.shape[1] as number);
  const right = info.inWidth + padInfo.left - (spread.shape[2] as number);
  const cropped = crop(spread, [above, below, left, right], calls);
  return calls.end(
    calls.run(
      'Conv2D',
      { x: cropped, filter: turned(filter, calls) },
      {
        strides: 1,
        dilations: 1,
        pad: [[0, 0], [above, below].map(atLeast0), [left, right].map(atLeast0), [0, 0]],
        dataFormat: 'NHWC',
      },
    ),
  );
}

/** The filter turned by 180°, its input and output channels swapped. */
function turned(filter: tf.TensorInfo, calls: KernelCalls): tf.TensorInfo {
  const [height, width, inChannels, outChannels] = filter.shape as Size4D;
  const out = calls.make([height, width, outChannels, inChannels]);
  const from = calls.backend.typedArrayFromHeap(filter);
  const to = calls.backend.typedArrayFromHeap(out);
  const size = inChannels * outChannels;
  for (let start = 0, end = from.length - size; end >= 0; start += size, end -= size) {
    for (let i = 0; i < inChannels; i++) {
      for (let o = 0; o < outChannels; o++) to[end + o * inChannels + i] = from[start + i * outChannels + o]!;
    }
  }
  return out;
}

const atLeast0 = (n: number) => Math.max(0, n);
const none: [number, number] = [0, 0];

/** Zeros between the pixels of dy, stride − 1 of them in a row. */
function setApart(dy: tf.TensorInfo, info: Conv2DInfo, calls: KernelCalls): tf.TensorInfo {
  const { strideHeight, strideWidth } = info;
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const [n, height, width, channels] = dy.shape as Size4D;
  // Zeros behind each pixel, then behind each row; those after the last ones are cut off.
  const columns = calls.run('Reshape', { x: dy }, { shape: [n * height, width, 1, channels] });
  const wide = pad(columns, [none, none, [0, strideWidth - 1], none], calls);
  const rows = calls.run('Reshape', { x: wide }, { shape: [n * height, 1, width * strideWidth, channels] });
  const high = pad(rows, [none, [0, strideHeight - 1], none, none], calls);
  const shape = [n, height * strideHeight, width * strideWidth, channels];
  const whole = calls.run('Reshape', { x: high }, { shape });
  const size = [n, (height - 1) * strideHeight + 1, (width - 1) * strideWidth + 1, channels];
  return calls.run('Slice', { x: whole }, { begin: [0, 0, 0, 0], size });
}

/** Cuts off what a negative padding asks for (padding of the input wider than the filter). */
function crop(x: tf.TensorInfo, [above, below, left, right]: Size4D, calls: KernelCalls): tf.TensorInfo {
  const cut = [above, below, left, right].map((n) => Math.max(0, -n)) as Size4D;
  if (cut.every((n) => n === 0)) return x;
  const [n, height, width, channels] = x.shape as Size4D;
  const size = [n, height - cut[0] - cut[1], width - cut[2] - cut[3], channels];
  return calls.run('Slice', { x }, { begin: [0, cut[0], cut[2], 0], size });
}
