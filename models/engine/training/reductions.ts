import * as tf from '@tensorflow/tfjs-core';
import type { SimdKernels } from './simd';
import type { WasmBackend } from './wasm-backend';

/**
 * wasm sums over the leading axes (a bias's gradient) by transposing first, which takes longer than the sum.
 * All other sums keep wasm's own kernel.
 */
export function registerSum(simd: SimdKernels): void {
  const own = tf.getKernel('Sum', 'wasm');
  tf.unregisterKernel('Sum', 'wasm');
  tf.registerKernel({
    ...own,
    kernelFunc: (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      const { axis, keepDims } = args.attrs as { axis: number | number[]; keepDims: boolean };
      const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
      const rest = x.shape.slice(axes.length);
      const leading = axes.every((a, i) => a === i) && rest.length > 0;
      if (!leading || x.dtype !== 'float32' || tf.util.sizeFromShape(x.shape) === 0) {
        return own.kernelFunc(args);
      }
      const wasm = args.backend as WasmBackend;
      const shape = keepDims ? [...axes.map(() => 1), ...rest] : rest;
      const out = wasm.makeOutput(shape, 'float32');
      simd.sumRows(x, out);
      return out;
    },
  });
}
