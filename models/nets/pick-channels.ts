import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { last } from '../present';
import { onlyInput } from './only-input';

export interface PickChannelsArgs {
  name?: string;
  /** Which channels, in their new order; each may be there more than once. */
  channels: number[];
}

/**
 * Some of the channels, in another order: `x[..., ::-1]` turns colours round. A product with a matrix of zeros and ones, whose gradient
 * every engine has. Importing this file makes it known to loaders of saved nets.
 */
export class PickChannels extends layers.Layer {
  static readonly className = 'GoodNetPickChannels';
  readonly #channels: number[];

  constructor(args: PickChannelsArgs) {
    super(args as object);
    this.#channels = [...args.channels];
  }

  /** Whether each of so many channels is there once. */
  keepsAll(channels: number): boolean {
    return this.#channels.length === channels && new Set(this.#channels).size === channels;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const from = last(x.shape);
      const to = this.#channels.length;
      const picked = new Float32Array(from * to);
      this.#channels.forEach((channel, i) => {
        picked[channel * to + i] = 1;
      });
      const flat = tf.matMul(tf.reshape(x, [-1, from]) as tf.Tensor2D, tf.tensor2d(picked, [from, to]));
      return tf.reshape(flat, [...x.shape.slice(0, -1), to]);
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return [...inputShape.slice(0, -1), this.#channels.length];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), channels: this.#channels };
  }
}

tf.serialization.registerClass(PickChannels);
