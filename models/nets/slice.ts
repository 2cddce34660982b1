import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { onlyInput } from './only-input';

export interface SliceArgs {
  name?: string;
  /** From 1 on: 0 is that of the images. */
  axis: number;
  begin: number;
  /** How many places, from `begin` on. */
  size: number;
}

/** Some places side by side along an axis. Importing this file makes it known to loaders of saved nets. */
export class Slice extends layers.Layer {
  static readonly className = 'GoodNetSlice';
  readonly #args: Required<Omit<SliceArgs, 'name'>>;

  constructor({ axis, begin, size, ...args }: SliceArgs) {
    super(args as object);
    this.#args = { axis, begin, size };
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const { axis, begin, size } = this.#args;
      const from = x.shape.map((_, i) => (i === axis ? begin : 0));
      return tf.slice(x, from, x.shape.with(axis, size));
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape.with(this.#args.axis, this.#args.size);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#args };
  }
}

tf.serialization.registerClass(Slice);
