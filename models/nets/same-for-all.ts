import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { first, present } from '../present';
import { onlyInput } from './only-input';

export interface SameForAllArgs {
  name?: string;
  /** Of what each image gets. */
  shape: number[];
}

/**
 * A constant, the same for each image, of which the input only tells how many there are: what other layers then add, multiply or join (places'
 * embeddings, class tokens, masks of attention). Training leaves it as it is. It is kept flat: no kernel that counts as arithmetic. Importing
 * this file makes it known to loaders of saved nets.
 */
export class SameForAll extends layers.Layer {
  static readonly className = 'GoodNetSameForAll';
  readonly #shape: number[];
  #values: layers.Layer['weights'][number] | undefined;

  constructor(args: SameForAllArgs) {
    super(args as object);
    this.#shape = [...args.shape];
  }

  override build(): void {
    const size = this.#shape.reduce((product, length) => product * length, 1);
    this.#values = this.addWeight('values', [size], 'float32', initializers.zeros(), undefined, false);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const one = tf.reshape(present(this.#values, 'The values').read(), [1, ...this.#shape]);
      return tf.tile(one, [first(x.shape), ...this.#shape.map(() => 1)]);
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return [...inputShape.slice(0, 1), ...this.#shape];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), shape: [...this.#shape] };
  }
}

tf.serialization.registerClass(SameForAll);
