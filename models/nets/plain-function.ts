import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { present } from '../present';
import { onlyInput } from './only-input';

/**
 * What is computed of each value: `power` by a number, `clip` between two, of which one may be null, `gelu` by tanh, which TensorFlow.js
 * has as an activation of a name that it doesn't read back.
 */
export type FunctionName = 'abs' | 'clip' | 'exp' | 'gelu' | 'log' | 'power';

export interface PlainFunctionArgs {
  name?: string;
  function: FunctionName;
  /** Of `power` the exponent, of `clip` the lowest and the highest; else none. */
  numbers: readonly (number | null)[];
}

/**
 * A function of each value, as strangers' nets call them on tensors (`x ** 2`, `tf.clip_by_value`), which no layer of TensorFlow.js is.
 * Importing this file makes it known to loaders of saved nets.
 */
export class PlainFunction extends layers.Layer {
  static readonly className = 'GoodNetFunction';
  readonly #function: FunctionName;
  readonly #numbers: readonly (number | null)[];

  constructor(args: PlainFunctionArgs) {
    super(args as object);
    this.#function = args.function;
    this.#numbers = [...args.numbers];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => computed(this.#function, onlyInput(inputs), this.#numbers));
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), function: this.#function, numbers: [...this.#numbers] };
  }
}

function computed(name: FunctionName, x: tf.Tensor, [first, second]: readonly (number | null)[]): tf.Tensor {
  switch (name) {
    case 'abs':
      return tf.abs(x);
    case 'exp':
      return tf.exp(x);
    case 'gelu': {
      const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
    }
    case 'log':
      return tf.log(x);
    case 'power':
      return power(x, present(first, 'An exponent'));
    case 'clip': {
      const above = first == null ? x : tf.maximum(x, first);
      return second == null ? tf.clone(above) : tf.minimum(above, second);
    }
  }
}

/** Where there is a kernel of its own, that: it is quicker, and its gradient has no power. */
function power(x: tf.Tensor, exponent: number): tf.Tensor {
  switch (exponent) {
    case 2:
      return tf.square(x);
    case 0.5:
      return tf.sqrt(x);
    case -0.5:
      return tf.rsqrt(x);
    case -1:
      return tf.reciprocal(x);
    default:
      return tf.pow(x, exponent);
  }
}

tf.serialization.registerClass(PlainFunction);
