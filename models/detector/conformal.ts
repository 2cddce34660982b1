/**
 * Conformal p-values (Vovk et al. 2005; Bates et al. 2023, "Testing for outliers with conformal p-values"): when
 * an image is like the calibration images, P(p ≤ α) ≤ α whatever the score is.
 */

/**
 * (1 + #{calibration scores ≥ score}) / (n + 1).
 * @param ascending the n calibration scores, sorted from low to high
 */
export function pValue(ascending: Float32Array, score: number): number {
  return (1 + ascending.length - firstAtLeast(ascending, score)) / (ascending.length + 1);
}

/** The smallest false-positive rate that n calibration images can tell: 1 / (n + 1). */
export function smallestAlpha(n: number): number {
  return 1 / (n + 1);
}

/** The lowest calibration score that is not flagged at α is exceeded by everything that is: the decision's threshold. */
export function threshold(ascending: Float32Array, alpha: number): number {
  const allowed = Math.floor(alpha * (ascending.length + 1) + 1e-9) - 1;
  if (allowed < 0) return Number.POSITIVE_INFINITY;
  return ascending[ascending.length - 1 - allowed] ?? Number.NEGATIVE_INFINITY;
}

function firstAtLeast(ascending: Float32Array, score: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < score) low = middle + 1;
    else high = middle;
  }
  return low;
}
