import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { onlyInput } from './only-input';

/** Below it a length counts as this much: Keras's own. Origin: no choice: Keras 2.15, tf.math.l2_normalize. */
export const LEAST_SQUARE = 1e-12;

/**
 * Vectors along the last axis, of length 1: Keras's UnitNormalization, which TensorFlow.js lacks. Importing this file makes
 * it known to loaders of saved nets.
 */
export class UnitNormalization extends layers.Layer {
  static readonly className = 'GoodNetUnitNormalization';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const squares = tf.sum(tf.square(x), -1, true);
      return tf.mul(x, tf.rsqrt(tf.maximum(squares, LEAST_SQUARE)));
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape;
  }
}

tf.serialization.registerClass(UnitNormalization);
