import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm-backend';

/**
 * Repeating a whole tensor (1 × 1 × 1 × channels to a batch, as in the gradient of batch normalisation) is copying
 * its memory; wasm's own Tile goes value by value. All other cases keep it.
 */
export function registerTile(): void {
  const own = tf.getKernel('Tile', 'wasm');
  tf.unregisterKernel('Tile', 'wasm');
  tf.registerKernel({
    ...own,
    kernelFunc: (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      const { reps } = args.attrs as { reps: number[] };
      const last = reps.findLastIndex((n) => n !== 1);
      const whole = x.shape.length === reps.length && x.shape.slice(0, last).every((n) => n === 1);
      if (last < 0 || !whole || x.dtype === 'string') return own.kernelFunc(args);
      const wasm = args.backend as WasmBackend;
      const shape = x.shape.map((n, i) => n * reps[i]!);
      const out = wasm.makeOutput(shape, x.dtype);
      const values = wasm.typedArrayFromHeap(out);
      if (values.length === 0) return out;
      values.set(wasm.typedArrayFromHeap(x));
      for (let done = tf.util.sizeFromShape(x.shape); done < values.length; done *= 2) {
        values.copyWithin(done, 0, Math.min(done, values.length - done));
      }
      return out;
    },
  });
}
