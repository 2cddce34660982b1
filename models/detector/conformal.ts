/**
 * Conformal p-values (Vovk et al. 2005; Bates et al. 2023, "Testing for outliers with conformal p-values"): an image like
 * the n calibration images has a score above their r-th highest with probability r / (n + 1), whatever the score is. That
 * tells p-values at n scores. Between two of them their inverse is interpolated: where the scores have an exponential tail,
 * with spacings as Rényi (1953) gives them, that holds α as exactly as the ranks do. Rounded up to the next rank, 1 % of 192
 * images would be 0.5 %.
 */

/**
 * The probability that an image like the calibration images is at least as suspicious, 1 / (n + 1) … 1.
 * @param ascending the n calibration scores, sorted from low to high
 */
export function pValue(ascending: Float32Array, score: number): number {
  const n = ascending.length;
  const place = firstAtLeast(ascending, score);
  const atLeast = n - place;
  if (place === n) return 1 / (n + 1);
  const above = ascending[place]!;
  if (above === score) return atLeast / (n + 1);
  if (place === 0) return 1;
  const below = ascending[place - 1]!;
  const share = (score - below) / (above - below);
  return (atLeast * (atLeast + 1)) / (atLeast + share) / (n + 1);
}

/** The smallest false-positive rate that n calibration images can tell: 1 / (n + 1). */
export function smallestAlpha(n: number): number {
  return 1 / (n + 1);
}

/** The decision's threshold: the score from which on p ≤ α. */
export function threshold(ascending: Float32Array, alpha: number): number {
  const n = ascending.length;
  const rank = alpha * (n + 1) + 1e-9;
  const whole = Math.floor(rank);
  if (whole < 1) return Number.POSITIVE_INFINITY;
  if (whole >= n + 1) return Number.NEGATIVE_INFINITY;
  const above = ascending[n - whole]!;
  if (whole === n) return above;
  const below = ascending[n - whole - 1]!;
  const share = (whole * (whole + 1)) / rank - whole;
  return below + Math.min(share, 1) * (above - below);
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
