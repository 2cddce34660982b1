import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';

/** Calls kernels of wasm from inside a kernel, and disposes of what they made in between. */
export class KernelCalls {
  private readonly made: tf.TensorInfo[] = [];

  constructor(readonly backend: WasmBackend) {}

  /** Runs a kernel; its output lives until `end`. */
  run(kernelName: string, inputs: tf.NamedTensorInfoMap, attrs: object = {}): tf.TensorInfo {
    const kernel = tf.getKernel(kernelName, 'wasm');
    const output = kernel.kernelFunc({ inputs, backend: this.backend, attrs: attrs as tf.NamedAttrMap });
    this.made.push(output as tf.TensorInfo);
    return output as tf.TensorInfo;
  }

  /** Allocates a float32 tensor that lives until `end`; its values are undefined. */
  make(shape: number[]): tf.TensorInfo {
    const info = this.backend.makeOutput(shape, 'float32');
    this.made.push(info);
    return info;
  }

  /** Disposes of all that was made but the result, and returns the result. */
  end(result: tf.TensorInfo): tf.TensorInfo {
    for (const info of this.made) if (info !== result) this.backend.disposeData(info.dataId);
    return result;
  }
}
