import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';
import type { SimdKernels } from './simd';

/**
 * wasm sums over the leading axes (a bias's gradient, the mean of a batch) by transposing first, which takes
 * longer than the sum. All other sums and means keep wasm's own kernels.
 */
export function registerReductions(simd: SimdKernels): void {
  for (const kernelName of ['Sum', 'Mean']) {
    const own = tf.getKernel(kernelName, 'wasm');
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      ...own,
      kernelFunc: (args) => {
        const { x } = args.inputs as { x: tf.TensorInfo };
        const { axis, keepDims } = args.attrs as { axis: number | number[]; keepDims: boolean };
        const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
        const rest = x.shape.slice(axes.length);
        const leading = axes.every((a, i) => a === i) && rest.length > 0;
        const size = tf.util.sizeFromShape(x.shape);
        if (!leading || x.dtype !== 'float32' || size === 0) return own.kernelFunc(args);
        const wasm = args.backend as WasmBackend;
        const out = wasm.makeOutput(keepDims ? [...axes.map(() => 1), ...rest] : rest, 'float32');
        simd.sumRows(x, out);
        if (kernelName === 'Mean') divide(wasm.typedArrayFromHeap(out), size / tf.util.sizeFromShape(rest));
        return out;
      },
    });
  }
}

function divide(values: { length: number; [index: number]: number }, by: number): void {
  for (let i = 0; i < values.length; i++) values[i]! /= by;
}
