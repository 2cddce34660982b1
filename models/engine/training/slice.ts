import * as tf from '@tensorflow/tfjs-core';
import { atLeast, first } from '../../present';
import type { WasmBackend } from '../wasm-backend';

/** wasm's own Slice and SplitV copy the whole tensor out of its memory for each part; here the part alone is copied. */
export function registerSlices(): void {
  registerSlice();
  registerSplit();
}

/** Splitting is the gradient of joining. */
function registerSplit(): void {
  tf.unregisterKernel('SplitV', 'wasm');
  tf.registerKernel({
    kernelName: 'SplitV',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x } = inputs as { x: tf.TensorInfo };
      const { numOrSizeSplits, axis } = attrs as { numOrSizeSplits: number | number[]; axis: number };
      const at = first(tf.util.parseAxisParam(axis, x.shape));
      const slice = tf.getKernel('Slice', 'wasm').kernelFunc;
      let from = 0;
      return tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, at).map((length) => {
        const size = x.shape.map((n, i) => (i === at ? length : n));
        const begin = x.shape.map((_, i) => (i === at ? from : 0));
        from += length;
        return slice({ inputs: { x }, backend, attrs: { begin, size } }) as tf.TensorInfo;
      });
    },
  });
}

function registerSlice(): void {
  const own = tf.getKernel('Slice', 'wasm');
  tf.unregisterKernel('Slice', 'wasm');
  tf.registerKernel({
    ...own,
    kernelFunc: (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      if (x.dtype === 'string') return own.kernelFunc(args);
      const wasm = args.backend as WasmBackend;
      const region = args.attrs as { begin: number | number[]; size: number | number[] };
      const given = tf.slice_util.parseSliceParams(x as tf.Tensor, region.begin, region.size);
      const [begin, size] = atLeast(2, given);
      tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
      const out = wasm.makeOutput(size, x.dtype);
      copyPart(wasm.typedArrayFromHeap(x), wasm.typedArrayFromHeap(out), x.shape, begin, size);
      return out;
    },
  });
}

type Values = Float32Array | Int32Array | Uint8Array;

/** Copies a part, run by run: as much as lies side by side in both. */
function copyPart(from: Values, to: Values, shape: number[], begin: number[], size: number[]): void {
  if (to.length === 0) return;
  // From this axis on a part is one piece: all axes behind it are taken whole.
  const inner = Math.max(
    0,
    shape.findLastIndex((length, axis) => length !== size[axis]),
  );
  const strides = tf.util.computeStrides(shape).concat(1);
  const stride = (axis: number) => strides[axis] ?? 1;
  const run = (size[inner] ?? 1) * stride(inner);
  const at = size.map(() => 0);
  for (let done = 0; done < to.length; done += run) {
    const start = at.reduce((sum, index, axis) => sum + (begin[axis]! + index) * stride(axis), 0);
    to.set(from.subarray(start, start + run), done);
    for (let axis = inner - 1; axis >= 0 && ++at[axis]! === size[axis]; axis--) at[axis] = 0;
  }
}
