import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { onlyInput } from './only-input';

const KINDS = { max: tf.max, mean: tf.mean, min: tf.min, sum: tf.sum };
export type ReduceKind = keyof typeof KINDS;

export interface ReduceArgs {
  name?: string;
  kind: ReduceKind;
  /** Which axes go, from 1 on: 0 is that of the images. */
  axes: readonly number[];
  /** Whether they stay, of length 1. */
  keepDims: boolean;
}

/**
 * Mean, sum, highest or lowest value along some axes, as strangers' nets take it by hand (`tf.reduce_mean(x, -1)`), where no pooling
 * layer does. Importing this file makes it known to loaders of saved nets.
 */
export class Reduce extends layers.Layer {
  static readonly className = 'GoodNetReduce';
  readonly #kind: ReduceKind;
  readonly #axes: readonly number[];
  readonly #keepDims: boolean;

  constructor(args: ReduceArgs) {
    super(args as object);
    this.#kind = args.kind;
    this.#axes = [...args.axes];
    this.#keepDims = args.keepDims;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      return KINDS[this.#kind](x, [...this.#axes], this.#keepDims);
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape.flatMap((length, axis) => {
      if (!this.#axes.includes(axis)) return [length];
      return this.#keepDims ? [1] : [];
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), kind: this.#kind, axes: [...this.#axes], keepDims: this.#keepDims };
  }
}

tf.serialization.registerClass(Reduce);
