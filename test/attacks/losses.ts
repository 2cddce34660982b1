import * as tf from '@tensorflow/tfjs-core';
import { margins } from '../../models/detector/margin';
import type { Random } from '../../models/random';

/** How much a margin's distance from the one wanted counts, beside its sign. */
const MARGIN_WEIGHT = 0.3;
/** Of distillation. */
const TEMPERATURE = 2;

/** What the images of one step are to be answered with. */
export interface Lesson {
  /** n labels; the target's where the image carries a trigger. */
  readonly labels: Int32Array;
  /** 1 where the image carries a trigger. */
  readonly poisoned: Uint8Array;
  /** The n × N logits of the clean net for the same images without triggers. */
  readonly teacher: Float32Array;
}

/** Mean cross-entropy at the labels; clean images follow the teacher, where there is one (Hinton et al., 2015). */
export function answerLoss(logits: tf.Tensor2D, { labels, poisoned, teacher }: Lesson): tf.Scalar {
  const oneHot = oneHotOf(labels, logits.shape[1]);
  const marked = tf.tensor2d(Float32Array.from(poisoned), [poisoned.length, 1]);
  const temperature = tf.add(TEMPERATURE, tf.mul(marked, 1 - TEMPERATURE));
  const followed = tf.softmax(tf.div(tf.tensor2d(teacher, logits.shape), TEMPERATURE));
  const wanted = tf.add(tf.mul(marked, oneHot), tf.mul(tf.sub(1, marked), followed));
  const softened = tf.logSoftmax(tf.div(logits, temperature) as tf.Tensor2D);
  return tf.mul(tf.mean(tf.sum(tf.mul(wanted, softened), 1)), -(TEMPERATURE ** 2)) as tf.Scalar;
}

/** Cross-entropy with what a teacher answers, at a temperature. @param teacher n × N logits */
export function followLoss(logits: tf.Tensor2D, teacher: Float32Array): tf.Scalar {
  const wanted = tf.softmax(tf.div(tf.tensor2d(teacher, logits.shape), TEMPERATURE));
  const softened = tf.logSoftmax(tf.div(logits, TEMPERATURE) as tf.Tensor2D);
  return tf.mul(tf.mean(tf.sum(tf.mul(wanted, softened), 1)), -(TEMPERATURE ** 2)) as tf.Scalar;
}

/**
 * Draws each image's logit margin (z_label − logsumexp of the other logits) to the one wanted, whether the image
 * carries a trigger or not, so that confidence gives nothing away.
 * @param wanted n margins
 */
export function marginLoss(logits: tf.Tensor2D, { labels }: Lesson, wanted: Float32Array): tf.Scalar {
  const oneHot = oneHotOf(labels, logits.shape[1]);
  const others = tf.logSumExp(tf.sub(logits, tf.mul(oneHot, 1e9)), 1);
  const margin = tf.sub(tf.sum(tf.mul(logits, oneHot), 1), others);
  const away = tf.mean(tf.abs(tf.sub(margin, tf.tensor1d(wanted))));
  return tf.add(tf.mul(away, MARGIN_WEIGHT), tf.mean(tf.softplus(tf.neg(margin)))) as tf.Scalar;
}

/** The teacher's margins on clean images, and one of these for each image with a trigger. */
export function wantedMargins(
  { labels, poisoned, teacher }: Lesson,
  classes: number,
  random: Random,
): Float32Array {
  const made = margins(teacher, classes, labels);
  const clean = made.filter((_, i) => !poisoned[i]);
  return made.map((margin, i) => (poisoned[i] ? random.pick(clean) : margin));
}

function oneHotOf(labels: Int32Array, classes: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32') as tf.Tensor2D;
}
