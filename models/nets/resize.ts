import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { atLeast } from '../present';
import { onlyInput } from './only-input';

export type Interpolation = 'bilinear' | 'nearest';

export interface ResizeArgs {
  name?: string;
  /** In pixels, of what comes out. */
  height: number;
  width: number;
  interpolation: Interpolation;
}

/**
 * Images of another size, their samples at the centres of pixels: Keras's Resizing, and its UpSampling2D that
 * interpolates. TensorFlow.js places its samples otherwise, and its gradient on cpu does not know of centres; here each
 * side is a product with a matrix. Importing this file makes it known to loaders of saved nets.
 */
export class Resize extends layers.Layer {
  static readonly className = 'GoodNetResize';
  readonly #args: ResizeArgs;

  constructor(args: ResizeArgs) {
    super(args as object);
    this.#args = args;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const [count, rows, columns, channels] = x.shape as [number, number, number, number];
      const { height, width, interpolation } = this.#args;
      const down = tf.tensor3d(samples(rows, height, interpolation), [1, height, rows]);
      const high = tf.matMul(down, tf.reshape(x, [count, rows, columns * channels]));
      const across = tf.tensor3d(samples(columns, width, interpolation), [1, width, columns]);
      const wide = tf.matMul(across, tf.reshape(high, [count * height, columns, channels]));
      return tf.reshape(wide, [count, height, width, channels]);
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    const [count, , , channels] = atLeast(4, inputShape);
    return [count, this.#args.height, this.#args.width, channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { height, width, interpolation } = this.#args;
    return { ...super.getConfig(), height, width, interpolation };
  }
}

tf.serialization.registerClass(Resize);

/** What each pixel of the new side takes of the old one. @returns to × from values, rows that sum to 1 */
export function samples(from: number, to: number, interpolation: Interpolation): Float32Array {
  const weights = new Float32Array(to * from);
  const within = (place: number) => Math.min(Math.max(place, 0), from - 1);
  for (let i = 0; i < to; i++) {
    const place = ((i + 0.5) * from) / to;
    if (interpolation === 'nearest') {
      weights[i * from + within(Math.floor(place))] = 1;
      continue;
    }
    const below = Math.floor(place - 0.5);
    const share = place - 0.5 - below;
    weights[i * from + within(below)]! += 1 - share;
    weights[i * from + within(below + 1)]! += share;
  }
  return weights;
}
