import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';
import { type ConvAttributes, convolution } from './convolution';
import { KernelCalls } from './kernel-call';
import { pad, windowPaddings } from './padding';
import type { SimdKernels } from './simd';

type Inputs = { x: tf.TensorInfo; dy: tf.TensorInfo; filter: tf.TensorInfo };

/** Supplies the gradient kernels of depthwise convolution, which wasm lacks. */
export function registerDepthwiseGradients(simd: SimdKernels): void {
  tf.registerKernel({
    kernelName: 'DepthwiseConv2dNativeBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, dy } = inputs as Inputs;
      const how = attrs as unknown as ConvAttributes & { filterShape: number[] };
      const info = convolution(x.shape, how.filterShape, how, true);
      const calls = new KernelCalls(backend as WasmBackend);
      const padded = pad(x, windowPaddings(info), calls);
      const dw = calls.make(info.filterShape);
      simd.depthwiseFilterGradient(padded, dy, dw, info);
      return calls.end(dw);
    },
  });
  tf.registerKernel({
    kernelName: 'DepthwiseConv2dNativeBackpropInput',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { dy, filter } = inputs as Inputs;
      const how = attrs as unknown as ConvAttributes & { inputShape: number[] };
      const info = convolution(how.inputShape, filter.shape, how, true);
      const calls = new KernelCalls(backend as WasmBackend);
      const paddings = windowPaddings(info);
      const shape = info.inShape.map((n, axis) => n + paddings[axis]![0] + paddings[axis]![1]);
      const padded = calls.run('Fill', {}, { shape, value: 0, dtype: 'float32' });
      simd.depthwiseInputGradient(dy, filter, padded, info);
      const begin = paddings.map(([before]) => before);
      return calls.end(calls.run('Slice', { x: padded }, { begin, size: info.inShape }));
    },
  });
}
