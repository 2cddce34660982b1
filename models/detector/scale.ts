/**
 * How evidence is brought to the common scale, on which about a share of e^−u of the clean images is above u: a tail of
 * clean images that is longer than others' then costs no more false positives than theirs.
 */
export interface Scale {
  /** What stands at 0. */
  readonly zero: number;
  /** What is one unit: the mean by which the highest clean images exceed their lowest, > 0. */
  readonly spread: number;
}

/**
 * The share of clean images, from the highest down, that tell the scale.
 * Origin: the form of the tail after Pickands 1975; the share chosen by hand; not varied.
 */
const TAIL = 0.2;

/** A value on a scale. */
export function onScale(value: number, { zero, spread }: Scale): number {
  return (value - zero) / spread;
}

/**
 * The scale of values on clean images (NaN left out), by an exponential tail: the excess over a high quantile of what is
 * above it has the mean `spread` (Pickands 1975).
 */
export function scaleOf(clean: Float32Array): Scale {
  const sorted = clean.filter((value) => !Number.isNaN(value)).sort();
  const start = quantile(sorted, 1 - TAIL);
  const above = sorted.filter((value) => value > start);
  const excess = above.reduce((sum, value) => sum + (value - start), 0) / Math.max(above.length, 1);
  const spread = Math.max(excess, 1e-6);
  return { zero: start + spread * Math.log(TAIL), spread };
}

/** Linear interpolation between the two nearest of the sorted values. */
export function quantile(ascending: Float32Array, q: number): number {
  if (ascending.length === 0) return Number.NaN;
  const place = q * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return low + (high - low) * (place - below);
}

/**
 * Scores are kept to this many decimals: a net's answers differ in their last bits with the size of a batch,
 * and an image must be given the same verdict alone and among others.
 * Origin: chosen by hand; not varied.
 */
const DECIMALS = 1e3;
/**
 * No score is higher, nor its negative lower, so that what can't be told from infinity can still be written down.
 * Origin: chosen by hand, far above any score of a clean image; not varied.
 */
const HIGHEST = 1e6;

/** A score as it may be compared and written down. */
export function rounded(score: number): number {
  return Math.round(Math.max(Math.min(score, HIGHEST), -HIGHEST) * DECIMALS) / DECIMALS;
}
