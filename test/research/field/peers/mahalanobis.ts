import * as tf from '@tensorflow/tfjs-core';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { RepairContext } from '../../../../build-repair/context';
import { imageTensor, outputsOf, valuesOf } from '../../../../models/detector/run';
import { latentTensor } from '../../../../models/nets/cut';
import { copyBetween } from '../../../../models/nets/graph';
import type { Peer } from './peer';

/** How far the covariance is drawn to a multiple of the identity: as GoodNet's own distances (build-repair/repair/learn/class-gaussians.ts). */
const SHRINKAGE = 0.1;
const BATCH = 128;

/** Class means of features, and the inverse of the covariance that all classes share. */
export interface Gaussians {
  readonly features: number;
  /** classes × features. */
  readonly means: Float32Array;
  /** features × features. */
  readonly precision: Float32Array;
}

/**
 * Mahalanobis distances (Lee, Lee, Lee, Shin, NeurIPS 2018): of B's features before the last layer, class means and one shared
 * covariance, shrunk; an image is as suspicious as it is far from the mean of the class that B names.
 */
export const mahalanobis: Peer = {
  name: 'Mahalanobis',
  async fit(context, bad, fit) {
    const features = copyBetween(bad.inputs[0]!, [latentTensor(bad)], 'latent');
    const read = (rows: Float32Array, n: number) =>
      valuesOf(() => {
        const [latent] = outputsOf(features, imageTensor(rows, n, context.shape, context.pixels));
        return tf.reshape(latent!, [n, -1]);
      });
    const values = readAll(context, fit, read);
    const labels = Int32Array.from(fit, (image) => context.images.labels[image]!);
    const gaussians = fitGaussians(values, labels, context.classes);
    return {
      score: async (rows, named) => squaredDistances(read(rows, named.length), named, gaussians),
      dispose: () => features.dispose(),
    };
  },
};

function readAll(
  { images, progress }: RepairContext,
  fit: Int32Array,
  read: (rows: Float32Array, n: number) => Float32Array,
): Float32Array {
  const parts: Float32Array[] = [];
  for (let start = 0; start < fit.length; start += BATCH) {
    const batch = fit.subarray(start, start + BATCH);
    parts.push(read(images.gather(batch), batch.length));
    progress({ stage: 'Reading features', done: start + batch.length, total: fit.length });
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const values = new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return values;
}

/**
 * Class means and the shared covariance within classes, a tenth of it drawn to a multiple of the identity. A class without an image
 * has the mean of all.
 * @param values images × features, row by row
 * @param labels of these images
 */
export function fitGaussians(values: Float32Array, labels: Int32Array, classes: number): Gaussians {
  const features = values.length / labels.length;
  const { means, precision } = tf.tidy(() => {
    const rows = tf.tensor2d(values, [labels.length, features]);
    const members = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
    const counts = tf.reshape(tf.sum(members, 0), [classes, 1]);
    const sums = tf.matMul(members, rows, true);
    const overall = tf.mean(rows, 0, true);
    const means = tf.where(
      tf.tile(tf.greater(counts, 0), [1, features]),
      tf.div(sums, tf.maximum(counts, 1)),
      tf.tile(overall, [classes, 1]),
    );
    const away = tf.sub(rows, tf.matMul(members, means));
    const known = new Set(labels).size;
    const covariance = tf.div(tf.matMul(away, away, true), Math.max(1, labels.length - known));
    return {
      means: means.dataSync() as Float32Array,
      precision: inverse(covariance.dataSync() as Float32Array, features),
    };
  });
  return { features, means, precision };
}

/** The inverse of a covariance, once it is shrunk. */
function inverse(covariance: Float32Array, features: number): Float32Array {
  const at = (row: number, column: number) => covariance[row * features + column]!;
  let trace = 0;
  for (let i = 0; i < features; i++) trace += at(i, i);
  const ridge = (SHRINKAGE * trace) / features + 1e-12;
  const shrunk = new Matrix(features, features);
  for (let row = 0; row < features; row++) {
    for (let column = 0; column < features; column++) {
      const value = (1 - SHRINKAGE) * at(row, column);
      shrunk.set(row, column, row === column ? value + ridge : value);
    }
  }
  return Float32Array.from(new CholeskyDecomposition(shrunk).solve(Matrix.eye(features)).to1DArray());
}

/**
 * Squared Mahalanobis distance of each image to the mean of a class.
 * @param values images × features, row by row
 * @param named the class of each image
 */
export function squaredDistances(
  values: Float32Array,
  named: Int32Array,
  { features, means, precision }: Gaussians,
): Float32Array {
  return valuesOf(() => {
    const classes = means.length / features;
    const of = tf.gather(tf.tensor2d(means, [classes, features]), tf.tensor1d(named, 'int32'));
    const away = tf.sub(tf.tensor2d(values, [named.length, features]), of);
    return tf.sum(tf.mul(tf.matMul(away, tf.tensor2d(precision, [features, features])), away), 1);
  });
}
