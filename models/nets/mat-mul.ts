import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { last } from '../present';

/**
 * Products of matrices, those of one input with those of another: the last two axes are a matrix's, all before them the same in both, as
 * attention has them. Importing this file makes it known to loaders of saved nets.
 */
export class MatMul extends layers.Layer {
  static readonly className = 'GoodNetMatMul';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [a, b] = inputs as [tf.Tensor, tf.Tensor];
      const flat = (x: tf.Tensor) =>
        tf.reshape<tf.Rank.R3>(x, [-1, ...(x.shape.slice(-2) as [number, number])]);
      const product = tf.matMul(flat(a), flat(b));
      return tf.reshape(product, [...a.shape.slice(0, -1), last(b.shape)]);
    });
  }

  override computeOutputShape(inputShape: (number | null)[] | (number | null)[][]): (number | null)[] {
    const [a, b] = inputShape as [(number | null)[], (number | null)[]];
    return [...a.slice(0, -1), ...b.slice(-1)];
  }
}

tf.serialization.registerClass(MatMul);
