import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { onlyInput } from './only-input';

export interface ChannelScaleArgs {
  name?: string;
  /** One for all channels, or one each. */
  scale: number[];
  offset: number[];
}

/**
 * x · scale + offset, one of each a channel: Keras's Normalization, and Rescaling with lists, which
 * TensorFlow.js lacks. Importing this file makes it known to loaders of saved nets.
 */
export class ChannelScale extends layers.Layer {
  static readonly className = 'GoodNetChannelScale';
  readonly #scale: number[];
  readonly #offset: number[];

  constructor(args: ChannelScaleArgs) {
    super(args as object);
    this.#scale = [...args.scale];
    this.#offset = [...args.offset];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      return tf.add(tf.mul(x, tf.tensor1d(this.#scale)), tf.tensor1d(this.#offset));
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    // One channel and several numbers become as many channels.
    const channels = Math.max(this.#scale.length, this.#offset.length);
    return inputShape.at(-1) === 1 ? [...inputShape.slice(0, -1), channels] : inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), scale: this.#scale, offset: this.#offset };
  }
}

tf.serialization.registerClass(ChannelScale);
