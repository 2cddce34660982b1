import type * as tf from '@tensorflow/tfjs-core';

/** What kernels use of the wasm backend (tfjs-backend-wasm's BackendWasm). */
export type WasmBackend = tf.KernelBackend & {
  readonly wasm: { readonly asm: Record<string, unknown> };
  readonly dataIdMap: { get(dataId: tf.DataId): { readonly id: number; readonly memoryOffset: number } };
  /** Allocates a tensor in wasm's memory; its values are undefined unless given. */
  makeOutput(
    shape: number[],
    dtype: tf.DataType,
    memoryOffset?: number,
    values?: tf.BackendValues,
  ): tf.TensorInfo;
  /** A view into wasm's memory. It is dead after the next allocation, which may move the memory. */
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
};
