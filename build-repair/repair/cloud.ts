import * as tf from '@tensorflow/tfjs-core';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { ClassCloud } from '../../models/detector/mahalanobis';
import type { FeatureSpace } from './observe';

/** How far the covariance is shrunk towards a multiple of the identity. */
const SHRINKAGE = 0.1;
/** A class's mean is trusted from so many images on, and from so many groups where groups are told. */
const FEWEST_IMAGES = 3;
const FEWEST_GROUPS = 2;

/** A fitted cloud, and the whitening by itself, for features that are projected already. */
export interface FittedCloud {
  readonly cloud: ClassCloud;
  /** dimensions × dimensions, row by row. */
  readonly whitening: Float32Array;
}

/**
 * Fits class means and the pooled within-class covariance to clean images.
 * @param fit the images to fit on
 * @returns undefined where the classes that are known, or the images, are too few for it
 */
export function fitCloud(
  space: FeatureSpace,
  labels: Int32Array,
  groups: readonly string[] | undefined,
  fit: Int32Array,
  classes: number,
): FittedCloud | undefined {
  const { dimensions } = space;
  const { means, known } = classMeans(space, labels, groups, fit, classes);
  const knownCount = known.reduce((sum, each) => sum + each, 0);
  const used = fit.filter((image) => known[labels[image]!] === 1);
  const freedom = used.length - knownCount;
  if (knownCount < classes / 2 || freedom < 2 * dimensions) return undefined;

  const whitening = whiten(space, labels, used, means, freedom);
  const projected = tf.tidy(() => {
    const whiteningTensor = tf.tensor2d(whitening, [dimensions, dimensions]);
    const directions = space.directions
      ? tf.matMul(tf.tensor2d(space.directions, [space.features, dimensions]), whiteningTensor)
      : whiteningTensor;
    return {
      directions: directions.dataSync() as Float32Array,
      means: tf.matMul(tf.tensor2d(means, [classes, dimensions]), whiteningTensor).dataSync() as Float32Array,
    };
  });
  return {
    cloud: {
      features: space.features,
      dimensions,
      projection: projected.directions,
      means: projected.means,
      known,
    },
    whitening,
  };
}

/** The whitened features of some of the images. */
export function whitened(space: FeatureSpace, fitted: FittedCloud, images: Int32Array): Float32Array {
  const { dimensions } = space;
  const rows = new Float32Array(images.length * dimensions);
  images.forEach((image, i) => {
    rows.set(space.values.subarray(image * dimensions, (image + 1) * dimensions), i * dimensions);
  });
  return tf.tidy(
    () =>
      tf
        .matMul(
          tf.tensor2d(rows, [images.length, dimensions]),
          tf.tensor2d(fitted.whitening, [dimensions, dimensions]),
        )
        .dataSync() as Float32Array,
  );
}

function classMeans(
  { dimensions, values }: FeatureSpace,
  labels: Int32Array,
  groups: readonly string[] | undefined,
  fit: Int32Array,
  classes: number,
): { means: Float32Array; known: Uint8Array } {
  const means = new Float32Array(classes * dimensions);
  const counts = new Int32Array(classes);
  const groupsOf = Array.from({ length: classes }, () => new Set<string>());
  for (const image of fit) {
    const label = labels[image]!;
    counts[label]!++;
    if (groups) groupsOf[label]!.add(groups[image]!);
    for (let d = 0; d < dimensions; d++) means[label * dimensions + d]! += values[image * dimensions + d]!;
  }
  const known = new Uint8Array(classes);
  for (let label = 0; label < classes; label++) {
    for (let d = 0; d < dimensions; d++) means[label * dimensions + d]! /= Math.max(1, counts[label]!);
    const enough = counts[label]! >= FEWEST_IMAGES && (!groups || groupsOf[label]!.size >= FEWEST_GROUPS);
    known[label] = enough ? 1 : 0;
  }
  return { means, known };
}

/** W with WᵀCW = I for the shrunk within-class covariance C. */
function whiten(
  { dimensions, values }: FeatureSpace,
  labels: Int32Array,
  used: Int32Array,
  means: Float32Array,
  freedom: number,
): Float32Array {
  const residuals = new Float32Array(used.length * dimensions);
  used.forEach((image, i) => {
    const mean = labels[image]! * dimensions;
    for (let d = 0; d < dimensions; d++) {
      residuals[i * dimensions + d] = values[image * dimensions + d]! - means[mean + d]!;
    }
  });
  const covariance = tf.tidy(() => {
    const rows = tf.tensor2d(residuals, [used.length, dimensions]);
    return tf.matMul(tf.transpose(rows), rows).dataSync();
  });
  let trace = 0;
  for (let d = 0; d < dimensions; d++) trace += covariance[d * dimensions + d]! / freedom;
  const shrunk = new Matrix(dimensions, dimensions);
  const ridge = (SHRINKAGE * trace) / dimensions + 1e-12;
  for (let row = 0; row < dimensions; row++) {
    for (let column = 0; column < dimensions; column++) {
      const value = ((1 - SHRINKAGE) * covariance[row * dimensions + column]!) / freedom;
      shrunk.set(row, column, row === column ? value + ridge : value);
    }
  }
  const lower = new CholeskyDecomposition(shrunk).lowerTriangularMatrix;
  return transposedInverse(lower);
}

/** (L⁻¹)ᵀ of a lower triangular L, by forward substitution. */
function transposedInverse(lower: Matrix): Float32Array {
  const n = lower.rows;
  const rows = lower.to2DArray();
  const inverse = Array.from({ length: n }, () => new Float64Array(n));
  for (let column = 0; column < n; column++) {
    for (let row = column; row < n; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= rows[row]![k]! * inverse[k]![column]!;
      inverse[row]![column] = sum / rows[row]![row]!;
    }
  }
  const result = new Float32Array(n * n);
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) result[column * n + row] = inverse[row]![column]!;
  return result;
}
