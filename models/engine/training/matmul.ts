import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';
import { KernelCalls } from './kernel-call';

/**
 * wasm multiplies fast (XNNPACK) only matrices that need no transposing; the gradients of a dense layer do.
 * So they are transposed first. Stacks of matrices keep wasm's own kernel.
 */
export function registerMatMul(): void {
  const slow = tf.getKernel('BatchMatMul', 'wasm');
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...slow,
    kernelFunc: (args) => {
      const { a, b } = args.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const { transposeA, transposeB } = args.attrs as { transposeA: boolean; transposeB: boolean };
      if (!(transposeA || transposeB) || !isMatrix(a) || !isMatrix(b)) return slow.kernelFunc(args);
      const calls = new KernelCalls(args.backend as WasmBackend);
      const inputs = { a: transposeA ? transposed(a, calls) : a, b: transposeB ? transposed(b, calls) : b };
      const product = slow.kernelFunc({ ...args, inputs, attrs: { transposeA: false, transposeB: false } });
      return calls.end(product as tf.TensorInfo);
    },
  });
}

function isMatrix({ shape }: tf.TensorInfo): boolean {
  return shape.slice(0, -2).every((size) => size === 1);
}

function transposed(x: tf.TensorInfo, calls: KernelCalls): tf.TensorInfo {
  const axes = x.shape.map((_, axis) => axis);
  const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  return calls.run('Transpose', { x }, { perm });
}
