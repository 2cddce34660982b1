import * as tf from '@tensorflow/tfjs-core';

type Size4D = [number, number, number, number];

interface Attributes {
  readonly strides: number | [number, number];
  readonly dilations: number | [number, number] | null;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
}

/** wasm's kernels of convolutions, and whether they are depthwise. */
const kernels = [
  ['Conv2D', false],
  ['FusedConv2D', false],
  ['DepthwiseConv2dNative', true],
  ['FusedDepthwiseConv2D', true],
] as const;

/**
 * Makes wasm's convolutions right where they pad `same` and the stride is larger than the kernel: XNNPACK, asked to
 * pad by itself, then begins each window too early (tensorflow/tfjs#5907, #6629). So it is told the padding.
 */
export function correctConvolutions(): void {
  for (const [kernelName, depthwise] of kernels) {
    const own = tf.getKernel(kernelName, 'wasm');
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      ...own,
      kernelFunc: (args) => {
        const attrs = args.attrs as unknown as Attributes;
        if (attrs.pad !== 'same') return own.kernelFunc(args);
        const { x, filter } = args.inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
        const sizes = [x.shape as Size4D, filter.shape as Size4D] as const;
        const how = [attrs.strides, attrs.dilations ?? 1, 'same', undefined, depthwise] as const;
        const { top, bottom, left, right } = tf.backend_util.computeConv2DInfo(...sizes, ...how).padInfo;
        const pad = [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ];
        return own.kernelFunc({ ...args, attrs: { ...args.attrs, pad } });
      },
    });
  }
}
