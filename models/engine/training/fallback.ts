import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';

/** Kernels of complex numbers, which the wasm backend has no memory for, and one that needs a canvas. */
const left = new Set(['Complex', 'ComplexAbs', 'Real', 'Imag', 'FFT', 'IFFT', 'Draw']);

type CpuBackend = tf.KernelBackend & {
  write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId;
};

/**
 * Gives wasm every kernel that the cpu backend has and wasm lacks: the inputs are copied to the cpu backend, its
 * kernel runs, and the outputs are copied back. Slow, but every layer can then be trained. The cpu backend must be
 * loaded.
 */
export function registerFallbacks(): void {
  const present = new Set(tf.getKernelsForBackend('wasm').map((kernel) => kernel.kernelName));
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    if (present.has(kernel.kernelName) || left.has(kernel.kernelName)) continue;
    tf.registerKernel({
      kernelName: kernel.kernelName,
      backendName: 'wasm',
      kernelFunc: (args) => runOnCpu(kernel, args),
    });
  }
}

type KernelArguments = Parameters<tf.KernelFunc>[0];

function runOnCpu(kernel: tf.KernelConfig, { inputs, backend, attrs }: KernelArguments) {
  const wasm = backend as WasmBackend;
  const cpu = tf.findBackend('cpu') as CpuBackend;
  const taken: tf.TensorInfo[] = [];
  const toCpu = (info: tf.TensorInfo): tf.TensorInfo => {
    const dataId = cpu.write(wasm.readSync(info.dataId), info.shape, info.dtype);
    const copy = { dataId, shape: info.shape, dtype: info.dtype };
    taken.push(copy);
    return copy;
  };
  const toWasm = (info: tf.TensorInfo): tf.TensorInfo => {
    if (!taken.includes(info)) taken.push(info);
    return wasm.makeOutput(info.shape, info.dtype, undefined, cpu.readSync(info.dataId));
  };
  // Einsum takes a list of tensors, not named ones.
  const copies = (Array.isArray(inputs) ? [] : {}) as tf.NamedTensorInfoMap;
  for (const [name, input] of Object.entries(inputs)) {
    if (input != null) copies[name] = overEach(input, toCpu) as tf.TensorInfo;
  }
  try {
    return overEach(kernel.kernelFunc({ inputs: copies, backend: cpu, attrs }), toWasm);
  } finally {
    for (const { dataId } of taken) cpu.disposeData(dataId);
  }
}

function overEach(
  infos: tf.TensorInfo | tf.TensorInfo[],
  copy: (info: tf.TensorInfo) => tf.TensorInfo,
): tf.TensorInfo | tf.TensorInfo[] {
  return Array.isArray(infos) ? infos.map(copy) : copy(infos);
}
