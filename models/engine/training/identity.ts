import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';

/** wasm's own Identity copies the values; tensors never change, so counting one more reference does. */
export function registerIdentity(): void {
  tf.unregisterKernel('Identity', 'wasm');
  tf.registerKernel({
    kernelName: 'Identity',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) => {
      const { x } = inputs as { x: tf.TensorInfo };
      (backend as WasmBackend).incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
}
