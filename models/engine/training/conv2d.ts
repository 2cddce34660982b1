import * as tf from '@tensorflow/tfjs-core';
import { KernelCalls } from './kernel-call';
import type { SimdKernels } from './simd';
import type { WasmBackend } from './wasm-backend';

type Conv2DInfo = tf.backend_util.Conv2DInfo;
type Size4D = [number, number, number, number];

/** The filter's gradient of a 2-D convolution. Result: height × width × in × out, as the filter. */
function filterGradient(
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  info: Conv2DInfo,
  { backend, simd }: { backend: WasmBackend; simd: SimdKernels },
): tf.TensorInfo {
  const { top, left } = info.padInfo;
  // What the windows reach beyond the image; where the stride leaves rows over, nothing.
  const below = (info.outHeight - 1) * info.strideHeight + info.filterHeight - info.inHeight - top;
  const right = (info.outWidth - 1) * info.strideWidth + info.filterWidth - info.inWidth - left;
  const paddings = [
    [0, 0],
    [top, atLeast0(below)],
    [left, atLeast0(right)],
    [0, 0],
  ];
  const calls = new KernelCalls(backend);
  const padded = paddings.flat().some((n) => n > 0)
    ? calls.run('PadV2', { x }, { paddings, constantValue: 0 })
    : x;
  const dw = backend.makeOutput(info.filterShape, 'float32');
  simd.filterGradient(padded, dy, dw, info);
  return calls.end(dw);
}

/**
 * The input's gradient of a 2-D convolution, as a convolution of dy (its pixels set apart by the stride) with the
 * filter turned by 180° and its channels swapped. Result: as the input.
 */
function inputGradient(dy: tf.TensorInfo, filter: tf.TensorInfo, info: Conv2DInfo, backend: WasmBackend) {
  const { filterHeight, filterWidth, padInfo } = info;
  const calls = new KernelCalls(backend);
  const turned = calls.run('Reverse', { x: filter }, { dims: [0, 1] });
  const swapped = calls.run('Transpose', { x: turned }, { perm: [0, 1, 3, 2] });
  const spread = setApart(dy, info, calls);
  const above = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const below = info.inHeight + padInfo.top - (spread.shape[1] as number);
  const right = info.inWidth + padInfo.left - (spread.shape[2] as number);
  const cropped = crop(spread, [above, below, left, right], calls);
  return calls.end(
    calls.run(
      'Conv2D',
      { x: cropped, filter: swapped },
      {
        strides: 1,
        dilations: 1,
        pad: [[0, 0], [above, below].map(atLeast0), [left, right].map(atLeast0), [0, 0]],
        dataFormat: 'NHWC',
      },
    ),
  );
}

const atLeast0 = (n: number) => Math.max(0, n);

/** Zeros between the pixels of dy, stride − 1 of them in a row. */
function setApart(dy: tf.TensorInfo, info: Conv2DInfo, calls: KernelCalls): tf.TensorInfo {
  const { strideHeight, strideWidth } = info;
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const [n, height, width, channels] = dy.shape as Size4D;
  // n × height × width × channels → zeros behind each row and each pixel → one image again, its end cut off.
  const pixels = calls.run('Reshape', { x: dy }, { shape: [n * height, 1, width, channels] });
  const rows = calls.run(
    'PadV2',
    { x: pixels },
    {
      paddings: [
        [0, 0],
        [0, strideHeight - 1],
        [0, 0],
        [0, 0],
      ],
      constantValue: 0,
    },
  );
  const columns = calls.run(
    'Reshape',
    { x: rows },
    { shape: [n * height * strideHeight, width, 1, channels] },
  );
  const padded = calls.run(
    'PadV2',
    { x: columns },
    {
      paddings: [
        [0, 0],
        [0, 0],
        [0, strideWidth - 1],
        [0, 0],
      ],
      constantValue: 0,
    },
  );
  const shape = [n, height * strideHeight, width * strideWidth, channels];
  const whole = calls.run('Reshape', { x: padded }, { shape });
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

interface ConvAttributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function convolution(inputShape: number[], filterShape: number[], attrs: ConvAttributes): Conv2DInfo {
  const { strides, pad, dimRoundingMode } = attrs;
  const of4 = (shape: number[]) => shape as Size4D;
  return tf.backend_util.computeConv2DInfo(
    of4(inputShape),
    of4(filterShape),
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** Replaces the gradient kernels of 2-D convolution by ones that run on wasm's fast convolution. */
export function registerConv2DGradients(simd: SimdKernels): void {
  const slowInput = tf.getKernel('Conv2DBackpropInput', 'wasm');
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
      const how = attrs as unknown as ConvAttributes & { filterShape: number[] };
      const info = convolution(x.shape, how.filterShape, how);
      return filterGradient(x, dy, info, { backend: backend as WasmBackend, simd });
    },
  });
  tf.unregisterKernel('Conv2DBackpropInput', 'wasm');
  tf.registerKernel({
    kernelName: 'Conv2DBackpropInput',
    backendName: 'wasm',
    kernelFunc: (args) => {
      const { dy, filter } = args.inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
      const how = args.attrs as unknown as ConvAttributes & { inputShape: number[] };
      if (how.dataFormat === 'NCHW') return slowInput.kernelFunc(args);
      return inputGradient(
        dy,
        filter,
        convolution(how.inputShape, filter.shape, how),
        args.backend as WasmBackend,
      );
    },
  });
}
