import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';
import { type ConvAttributes, convolution } from './convolution';
import { inputGradient } from './input-gradient';
import { KernelCalls } from './kernel-call';
import { pad, windowPaddings } from './padding';
import type { SimdKernels } from './simd';

type Inputs = { x: tf.TensorInfo; dy: tf.TensorInfo; filter: tf.TensorInfo };

/** Replaces the gradient kernels of 2-D convolution: the filter's is missing in wasm, the input's slow. */
export function registerConv2DGradients(simd: SimdKernels): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, dy } = inputs as Inputs;
      const how = attrs as unknown as ConvAttributes & { filterShape: number[] };
      const info = convolution(x.shape, how.filterShape, how);
      const calls = new KernelCalls(backend as WasmBackend);
      const padded = pad(x, windowPaddings(info), calls);
      const dw = calls.make(info.filterShape);
      simd.filterGradient(padded, dy, dw, info);
      return calls.end(dw);
    },
  });
  const slow = tf.getKernel('Conv2DBackpropInput', 'wasm');
  tf.unregisterKernel('Conv2DBackpropInput', 'wasm');
  tf.registerKernel({
    kernelName: 'Conv2DBackpropInput',
    backendName: 'wasm',
    kernelFunc: (args) => {
      const { dy, filter } = args.inputs as Inputs;
      const how = args.attrs as unknown as ConvAttributes & { inputShape: number[] };
      if (how.dataFormat === 'NCHW') return slow.kernelFunc(args);
      const info = convolution(how.inputShape, filter.shape, how);
      return inputGradient(dy, filter, info, args.backend as WasmBackend);
    },
  });
}
