import * as tf from '@tensorflow/tfjs-core';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { ClassGaussians } from '../../../models/detector/mahalanobis';
import { valuesOf } from '../../../models/detector/run';
import type { FeatureSpace } from '../observe/observe';

/** How far the covariance is shrunk towards a multiple of the identity. Origin: chosen by hand; not varied. */
const SHRINKAGE = 0.1;
/**
 * A class's mean is trusted from so many images on, and from so many groups where groups are told.
 * Origin: chosen by hand; not varied.
 */
export const FEWEST_IMAGES = 3;
/** Origin: chosen by hand; not varied. */
const FEWEST_GROUPS = 2;

/** Fitted class Gaussians, and the whitening by itself, for features that are projected already. */
export interface FittedGaussians {
  readonly gaussians: ClassGaussians;
  /** dimensions × dimensions, row by row. */
  readonly whitening: Float32Array;
}

/** The same feature space in one pass over the images. */
export interface FeaturePass {
  /** rows × dimensions. */
  readonly values: Float32Array;
  /** Row of an image; left out where rows are images. */
  readonly rowOf?: Int32Array;
}

/**
 * Fits class means and the pooled within-class covariance to clean images.
 * @param fit the images to fit on
 * @param varied further passes over changed copies of those images
 * @returns undefined where the classes that are known, or the images, are too few for it
 */
export function fitClassGaussians(
  space: FeatureSpace,
  varied: readonly FeaturePass[],
  labels: Int32Array,
  groups: readonly string[] | undefined,
  fit: Int32Array,
  classes: number,
): FittedGaussians | undefined {
  const { dimensions } = space;
  const rows = rowsOf([{ values: space.values }, ...varied], labels, fit, dimensions);
  const { means, known } = classMeans(rows, labels, groups, fit, classes, dimensions);
  const knownCount = known.reduce((sum, each) => sum + each, 0);
  const freedom = fit.filter((image) => known[labels[image]!] === 1).length - knownCount;
  if (knownCount < classes / 2 || freedom < 2 * dimensions) return undefined;

  const used = rows.filter(({ label }) => known[label] === 1);
  const whitening = whiten(used, means, dimensions, used.length - knownCount);
  return {
    gaussians: {
      features: space.features,
      dimensions,
      projection: space.directions ? multiplied(space.directions, whitening, dimensions) : whitening,
      means: multiplied(means, whitening, dimensions),
      known,
    },
    whitening,
  };
}

/**
 * The share of images that may be of classes whose distances were not calibrated.
 * Origin: by hand, as LEFT_TO_CALIBRATE in folds.ts; not varied.
 */
const MOST_UNCALIBRATED = 0.15;

/**
 * The class Gaussians as they are served. Of a class with no more images, or groups, than it takes to know it, none was calibrated on with a distance:
 * where one was held out, the fold knew the class no more. Its new images, held against a mean of so few, are flagged half as often again
 * or twice as often as promised; where these are many, such classes go without.
 * @param folds those by which images were scored for calibration
 * @param labels of all images
 */
export function calibratedOf(
  served: FittedGaussians | undefined,
  folds: readonly (FittedGaussians | undefined)[],
  labels: Int32Array,
): FittedGaussians | undefined {
  if (!served) return undefined;
  const known = served.gaussians.known.map((is, each) =>
    is === 1 && folds.every((fold) => fold?.gaussians.known[each] === 1) ? 1 : 0,
  );
  const uncalibrated = labels.filter((each) => served.gaussians.known[each] !== known[each]).length;
  if (uncalibrated <= MOST_UNCALIBRATED * labels.length) return served;
  return { ...served, gaussians: { ...served.gaussians, known } };
}

/** @param rows any number × dimensions @param whitening dimensions × dimensions */
function multiplied(rows: Float32Array, whitening: Float32Array, dimensions: number): Float32Array {
  return valuesOf(() =>
    tf.matMul(
      tf.tensor2d(rows, [rows.length / dimensions, dimensions]),
      tf.tensor2d(whitening, [dimensions, dimensions]),
    ),
  );
}

interface Row {
  readonly label: number;
  readonly values: Float32Array;
}

function rowsOf(
  passes: readonly FeaturePass[],
  labels: Int32Array,
  fit: Int32Array,
  dimensions: number,
): Row[] {
  return passes.flatMap(({ values, rowOf }) =>
    Array.from(fit, (image) => {
      const row = rowOf ? rowOf[image]! : image;
      return { label: labels[image]!, values: values.subarray(row * dimensions, (row + 1) * dimensions) };
    }),
  );
}

function classMeans(
  rows: readonly Row[],
  labels: Int32Array,
  groups: readonly string[] | undefined,
  fit: Int32Array,
  classes: number,
  dimensions: number,
): { means: Float32Array; known: Uint8Array } {
  const means = new Float32Array(classes * dimensions);
  const rowCounts = new Int32Array(classes);
  for (const { label, values } of rows) {
    rowCounts[label]!++;
    for (let d = 0; d < dimensions; d++) means[label * dimensions + d]! += values[d]!;
  }
  const counts = new Int32Array(classes);
  const groupsOf = Array.from({ length: classes }, () => new Set<string>());
  for (const image of fit) {
    counts[labels[image]!]!++;
    if (groups) groupsOf[labels[image]!]!.add(groups[image]!);
  }
  const known = new Uint8Array(classes);
  for (let label = 0; label < classes; label++) {
    for (let d = 0; d < dimensions; d++) means[label * dimensions + d]! /= Math.max(1, rowCounts[label]!);
    const enough = counts[label]! >= FEWEST_IMAGES && (!groups || groupsOf[label]!.size >= FEWEST_GROUPS);
    known[label] = enough ? 1 : 0;
  }
  return { means, known };
}

/** W with WᵀCW = I for the shrunk within-class covariance C. */
function whiten(
  rows: readonly Row[],
  means: Float32Array,
  dimensions: number,
  freedom: number,
): Float32Array {
  const residuals = new Float32Array(rows.length * dimensions);
  rows.forEach(({ label, values }, i) => {
    for (let d = 0; d < dimensions; d++) {
      residuals[i * dimensions + d] = values[d]! - means[label * dimensions + d]!;
    }
  });
  const covariance = valuesOf(() => {
    const matrix = tf.tensor2d(residuals, [rows.length, dimensions]);
    return tf.matMul(tf.transpose(matrix), matrix);
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
