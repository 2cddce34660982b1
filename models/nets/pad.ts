import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { atLeast } from '../present';
import { onlyInput } from './only-input';

export interface PadArgs {
  name?: string;
  /** Rows and columns added: [[top, bottom], [left, right]]. */
  padding: [[number, number], [number, number]];
  /** What they hold. */
  value: number;
}

/**
 * Images with rows and columns of one value around them; TensorFlow.js's own layer knows zero alone. Importing this file makes it known to
 * loaders of saved nets.
 */
export class Pad extends layers.Layer {
  static readonly className = 'GoodNetPad';
  readonly #args: PadArgs;

  constructor(args: PadArgs) {
    super(args as object);
    this.#args = args;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = onlyInput(inputs);
    const { padding, value } = this.#args;
    return tf.pad(x, [[0, 0], ...padding, [0, 0]], value);
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    const [count, rows, columns, channels] = atLeast(4, inputShape);
    const [[top, bottom], [left, right]] = this.#args.padding;
    return [count, (rows ?? 0) + top + bottom, (columns ?? 0) + left + right, channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { padding, value } = this.#args;
    return { ...super.getConfig(), padding, value };
  }
}

tf.serialization.registerClass(Pad);
