import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { atLeast, first, last } from '../present';
import { onlyInput } from './only-input';

export interface GroupNormalizationArgs {
  name?: string;
  /** Groups of neighbouring channels; they divide the channels. */
  groups: number;
  /** Added to the variance. */
  epsilon: number;
}

/**
 * Normalises each image's groups of channels by their own mean and variance, then scales and shifts each channel: Keras's
 * GroupNormalization over the last axis, which TensorFlow.js lacks. Importing this file makes it known to loaders of saved nets.
 */
export class GroupNormalization extends layers.Layer {
  static readonly className = 'GoodNetGroupNormalization';
  readonly #groups: number;
  readonly #epsilon: number;

  constructor(args: GroupNormalizationArgs) {
    super(args as object);
    this.#groups = args.groups;
    this.#epsilon = args.epsilon;
  }

  override build(inputShape: (number | null)[]): void {
    const channels = last(inputShape);
    if (channels % this.#groups !== 0) throw new Error(`${channels} channels are not ${this.#groups} groups`);
    this.addWeight('gamma', [channels], 'float32', initializers.ones());
    this.addWeight('beta', [channels], 'float32', initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const each = last(x.shape) / this.#groups;
      const grouped = tf.reshape(x, [first(x.shape), -1, this.#groups, each]);
      const { mean, variance } = tf.moments(grouped, [1, 3], true);
      const normal = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, this.#epsilon)));
      const [gamma, beta] = atLeast(
        2,
        this.weights.map((weight) => weight.read()),
      );
      return tf.add(tf.mul(tf.reshape(normal, x.shape), gamma), beta);
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), groups: this.#groups, epsilon: this.#epsilon };
  }
}

tf.serialization.registerClass(GroupNormalization);
