import * as tf from '@tensorflow/tfjs-core';

/**
 * Each row's logit margin at one class: its logit less logsumexp of the others.
 * @param oneHot n × N floats, 1 at that class
 */
export function marginsAt(logits: tf.Tensor2D, oneHot: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => {
    const others = tf.logSumExp(tf.sub(logits, tf.mul(oneHot, 1e9)), 1);
    return tf.sub(tf.sum(tf.mul(logits, oneHot), 1), others) as tf.Tensor1D;
  });
}

/** n × N floats, 1 at each row's class. */
export function oneHotOf(each: ArrayLike<number>, classes: number): tf.Tensor2D {
  return tf.tidy(
    () => tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(each), 'int32'), classes), 'float32') as tf.Tensor2D,
  );
}
