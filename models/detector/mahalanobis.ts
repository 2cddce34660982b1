/**
 * Clean images of each class in one feature space of B, whitened so that squared Euclidean distance is the
 * Mahalanobis distance (Lee et al. 2018, "A simple unified framework for detecting out-of-distribution samples"):
 * one pooled within-class covariance, one mean a class.
 */
export interface ClassGaussians {
  /** Values of the feature vector. */
  readonly features: number;
  /** Values after projection and whitening. */
  readonly dimensions: number;
  /** features × dimensions, row by row: projection and whitening in one. */
  readonly projection: Float32Array;
  /** classes × dimensions: the mean of each class, projected. */
  readonly means: Float32Array;
  /** classes values: 1 where there were clean images enough to tell the class's mean, else 0. */
  readonly known: Uint8Array;
}

/**
 * Squared distance of each image to the mean of the class that B names for it, per dimension (about 1 for a
 * clean image that took part in no fitting).
 * @param projected n × dimensions values
 * @param at the class that B names for each image
 * @returns n values; NaN where the class is not known
 */
export function distances(
  projected: Float32Array,
  at: Int32Array,
  gaussians: Omit<ClassGaussians, 'projection'>,
): Float32Array {
  const { dimensions, means, known } = gaussians;
  const result = new Float32Array(at.length);
  for (let i = 0; i < at.length; i++) {
    const c = at[i]!;
    if (known[c] !== 1) {
      result[i] = Number.NaN;
      continue;
    }
    let sum = 0;
    for (let d = 0; d < dimensions; d++) {
      const difference = projected[i * dimensions + d]! - means[c * dimensions + d]!;
      sum += difference * difference;
    }
    result[i] = sum / dimensions;
  }
  return result;
}
