import * as tf from '@tensorflow/tfjs-core';
import { first, present } from '../../../models/present';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import { setLearningRate } from './train';

/** Origin: chosen by hand; not varied. */
const BATCH = 256;
const LEARNING_RATE = 2e-3;
/** So that a label of probability 0 has a loss that can be told. Origin: no choice: keeps a logarithm finite. */
const LEAST_PROBABILITY = 1e-30;

/** Linear scores of classes: features · weights + bias. */
export interface LinearProbe {
  /** features × classes, row by row. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** What a linear head is learned from. */
export interface Examples {
  /** rows × features. */
  readonly values: Float32Array;
  readonly features: number;
  /** Class of each row. */
  readonly labels: Int32Array;
}

/**
 * Softmax regression from labels, with Adam, from zero on standardised features; stopped after a few epochs, before
 * it grows sure of itself.
 */
export async function softmaxRegression(
  context: RepairContext,
  { values, features, labels }: Examples,
  epochs: number,
  { stage, stream }: { readonly stage: string; readonly stream: string },
): Promise<LinearProbe> {
  const { classes, seed, signal } = context;
  const { mean, deviation } = moments(values, features);
  const random = new Random(seed, stream);
  const [weights, bias] = tf.tidy(() => [
    tf.variable(tf.zeros([features, classes])),
    tf.variable(tf.zeros([classes])),
  ]) as [tf.Variable, tf.Variable];
  const optimizer = tf.train.adam(LEARNING_RATE);
  const perEpoch = Math.ceil(labels.length / BATCH);
  const steps = perEpoch * epochs;
  let order = random.permutation(labels.length);
  try {
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      const at = step % perEpoch;
      if (at === 0 && step > 0) order = random.permutation(labels.length);
      const batch = order.subarray(at * BATCH, (at + 1) * BATCH);
      const rows = new Float32Array(batch.length * features);
      batch.forEach((row, i) => {
        for (let f = 0; f < features; f++) {
          rows[i * features + f] = (values[row * features + f]! - mean[f]!) / deviation[f]!;
        }
      });
      setLearningRate(optimizer, LEARNING_RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps)));
      const loss = tf.tidy(() => {
        const input = tf.tensor2d(rows, [batch.length, features]);
        const wanted = tf.tensor1d(
          Array.from(batch, (row) => labels[row]!),
          'int32',
        );
        const oneHot = tf.cast(tf.oneHot(wanted, classes), 'float32') as tf.Tensor2D;
        const cost = optimizer.minimize(
          () => crossEntropy(tf.add(tf.matMul(input, weights as unknown as tf.Tensor2D), bias), oneHot),
          true,
          [weights, bias],
        );
        return first(present(cost, 'The loss').dataSync());
      });
      context.progress({ stage, done: step + 1, total: steps, loss });
      await new Promise(setImmediate);
    }
    return unstandardised(
      weights.dataSync() as Float32Array,
      bias.dataSync() as Float32Array,
      mean,
      deviation,
    );
  } finally {
    tf.dispose([weights, bias]);
    optimizer.dispose();
  }
}

/**
 * Mean cross-entropy of the softmax of n rows of scores. Its gradient is what the softmax, which wasm does fast, has too much;
 * by tf.logSoftmax a step takes a fifth longer there.
 */
const crossEntropy: (scores: tf.Tensor2D, oneHot: tf.Tensor2D) => tf.Scalar = tf.customGrad((...args) => {
  const [scores, oneHot, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  const found = tf.softmax(scores);
  save([found, oneHot]);
  const ofLabel = tf.sum(tf.mul(found, oneHot), 1);
  return {
    value: tf.neg(tf.mean(tf.log(tf.maximum(ofLabel, LEAST_PROBABILITY)))) as tf.Scalar,
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [probabilities, wanted] = saved as [tf.Tensor2D, tf.Tensor2D];
      const share = tf.div(dy, probabilities.shape[0]);
      return [tf.mul(tf.sub(probabilities, wanted), share), tf.zerosLike(wanted)];
    },
  };
});

function moments(values: Float32Array, features: number): { mean: Float64Array; deviation: Float64Array } {
  const rows = values.length / features;
  const mean = new Float64Array(features);
  const deviation = new Float64Array(features);
  for (let i = 0; i < values.length; i++) mean[i % features]! += values[i]! / rows;
  for (let i = 0; i < values.length; i++) {
    deviation[i % features]! += (values[i]! - mean[i % features]!) ** 2 / rows;
  }
  return { mean, deviation: deviation.map((variance) => Math.sqrt(variance) + 1e-6) };
}

/** The same scores from features as they come. */
function unstandardised(
  weights: Float32Array,
  bias: Float32Array,
  mean: Float64Array,
  deviation: Float64Array,
): LinearProbe {
  const classes = bias.length;
  const plain = new Float32Array(weights.length);
  const shifted = Float64Array.from(bias);
  for (let i = 0; i < weights.length; i++) {
    const feature = Math.floor(i / classes);
    plain[i] = weights[i]! / deviation[feature]!;
    shifted[i % classes]! -= plain[i]! * mean[feature]!;
  }
  return { weights: plain, bias: Float32Array.from(shifted) };
}
