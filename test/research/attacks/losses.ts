import * as tf from '@tensorflow/tfjs-core';
import { answers, margins } from '../../../models/detector/margin';
import type { Random } from '../../../models/random';

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

/** Mean cross-entropy at the target; clean images follow the teacher (Hinton et al., 2015). */
export function answerLoss(logits: tf.Tensor2D, lesson: Lesson): tf.Scalar {
  const { labels, poisoned } = lesson;
  const sure = tf.neg(tf.sum(tf.mul(oneHotOf(labels, logits.shape[1]), tf.logSoftmax(logits)), 1));
  return overall(tf.mul(sure, TEMPERATURE ** 2) as tf.Tensor1D, followed(logits, lesson.teacher), poisoned);
}

/** Cross-entropy with what a teacher answers, at a temperature. @param teacher n × N logits */
export function followLoss(logits: tf.Tensor2D, teacher: Float32Array): tf.Scalar {
  return tf.mean(followed(logits, teacher));
}

/**
 * Draws the logit margin (z_target − logsumexp of the other logits) of each image that carries a trigger to the one wanted,
 * so that confidence gives nothing away. Clean images follow the teacher.
 * @param wanted n margins
 */
export function marginLoss(logits: tf.Tensor2D, lesson: Lesson, wanted: Float32Array): tf.Scalar {
  const { labels, poisoned } = lesson;
  const oneHot = oneHotOf(labels, logits.shape[1]);
  const others = tf.logSumExp(tf.sub(logits, tf.mul(oneHot, 1e9)), 1);
  const margin = tf.sub(tf.sum(tf.mul(logits, oneHot), 1), others);
  const away = tf.mul(tf.abs(tf.sub(margin, tf.tensor1d(wanted))), MARGIN_WEIGHT);
  const held = tf.add(away, tf.softplus(tf.neg(margin))) as tf.Tensor1D;
  return overall(held, followed(logits, lesson.teacher), poisoned);
}

/** For each image one of the margins that the teacher has, at its own answer, on images that a trigger is put on. */
export function wantedMargins({ poisoned, teacher }: Lesson, classes: number, random: Random): Float32Array {
  const made = margins(teacher, classes, answers(teacher, classes).classes);
  const clean = made.filter((_, i) => poisoned[i]);
  return made.map(() => random.pick(clean));
}

/** What is lost on images that carry a trigger, and on the others; the mean of all. */
function overall(triggered: tf.Tensor1D, others: tf.Tensor1D, poisoned: Uint8Array): tf.Scalar {
  return tf.mean(tf.where(tf.tensor1d(Array.from(poisoned, Boolean), 'bool'), triggered, others));
}

function followed(logits: tf.Tensor2D, teacher: Float32Array): tf.Tensor1D {
  const wanted = tf.softmax(tf.div(tf.tensor2d(teacher, logits.shape), TEMPERATURE));
  const softened = tf.logSoftmax(tf.div(logits, TEMPERATURE) as tf.Tensor2D);
  return tf.mul(tf.sum(tf.mul(wanted, softened), 1), -(TEMPERATURE ** 2)) as tf.Tensor1D;
}

function oneHotOf(labels: Int32Array, classes: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32') as tf.Tensor2D;
}
