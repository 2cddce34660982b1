/**
 * The kinds of evidence that an image carries a backdoor; each is a number an image, higher is more suspicious.
 * - `forgetting`: how sure the expert E, a copy of B that unlearned its clean task, still is of B's class
 *   (Xie et al., BaDExpert, ICLR 2024)
 * - `latent`: distance, in what B's last layer works on, to the clean images of the class that B names
 * - `trunk`: the same in what the net's head works on, the last image-shaped features
 */
export const EVIDENCE_KINDS = ['forgetting', 'latent', 'trunk'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** How one kind of evidence is brought to the common scale: 0 at the clean median, 1 at the clean 99 % quantile. */
export interface EvidenceScale {
  readonly kind: EvidenceKind;
  readonly median: number;
  /** The 99 % quantile less the median, > 0. */
  readonly spread: number;
}

/** Evidence of n images; NaN where an image has none of that kind. */
export type Readings = { readonly [kind in EvidenceKind]?: Float32Array };

/**
 * Scores are kept to this many decimals: a net's answers differ in their last bits with the size of a batch,
 * and an image must be given the same verdict alone and among others.
 */
const DECIMALS = 1e3;

/**
 * The largest of an image's standardised evidence. A sum would let one kind that has failed on a net drown the
 * others; a maximum lets it cost only its share of the false positives.
 * @returns n scores
 */
export function suspicion(readings: Readings, scales: readonly EvidenceScale[], n: number): Float32Array {
  const scores = new Float32Array(n).fill(Number.NEGATIVE_INFINITY);
  for (const { kind, median, spread } of scales) {
    const values = readings[kind];
    if (!values) throw new Error(`no ${kind} evidence was read`);
    for (let i = 0; i < n; i++) {
      const value = (values[i]! - median) / spread;
      if (value > scores[i]!) scores[i] = value;
    }
  }
  for (let i = 0; i < n; i++) {
    scores[i] = Number.isFinite(scores[i]!) ? Math.round(scores[i]! * DECIMALS) / DECIMALS : 0;
  }
  return scores;
}

/** The scale of one kind of evidence, from its values on clean images (NaN left out). */
export function scaleOf(kind: EvidenceKind, clean: Float32Array): EvidenceScale {
  const sorted = clean.filter((value) => !Number.isNaN(value)).sort();
  const median = quantile(sorted, 0.5);
  return { kind, median, spread: Math.max(quantile(sorted, 0.99) - median, 1e-6) };
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
