import type { PieceStandard } from './pieces';
import { onScale, type Scale, scaleOf } from './scale';

/**
 * The kinds of evidence that an image carries a backdoor; each is a number an image, higher is more suspicious.
 * - `confidence`: how sure B itself is of its class. An attacker can hold it down; it is asked where the classes lack the
 *   clean images that the distances and the relearned head need
 * - `forgetting`: how sure the expert E, a copy of B that unlearned its clean task, still is of B's class
 *   (Xie et al., BaDExpert, ICLR 2024)
 * - `latent`: distance, in what B's last layer works on, to the clean images of the class that B names
 * - `trunk`: the same in what the net's head works on, the last image-shaped features
 * - `relearned`: how unlikely a head that was learned anew, from labels, on those features holds B's class to be
 * - `transplant`: how sure B stays of its class when half of the image is all that is left of it, on clean images
 *   (in the spirit of Gao et al., STRIP, ACSAC 2019, and Chou et al., SentiNet, 2020); it costs much, and is asked only
 *   of the images that the others find the most suspicious
 */
export const EVIDENCE_KINDS = [
  'confidence',
  'forgetting',
  'latent',
  'trunk',
  'relearned',
  'transplant',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** The scale of one kind of evidence. */
export interface EvidenceScale extends Scale {
  readonly kind: EvidenceKind;
}

/** How several kinds of evidence are made one score. */
export interface Standard {
  readonly scales: readonly EvidenceScale[];
  /** The scale of the sum of what each kind's standardised evidence is above 1. */
  readonly together: Scale;
  /** Where images are asked further. */
  readonly second?: {
    /** The first score from which on an image is asked. */
    readonly askFrom: number;
    /** How the margins of transplanted pieces are made one number. */
    readonly pieces: PieceStandard;
    /** The scale of that. */
    readonly transplant: Scale;
    /** How that joins the first score: added, or the larger of both, where the first evidence is too thin to add up. */
    readonly join: 'sum' | 'larger';
    /** What the first score is multiplied by then, 0–1. */
    readonly firstWeight: number;
  };
  /** Classes that B's backdoor was found to lead to. */
  readonly suspected?: Suspected | undefined;
}

/**
 * Of images with a backdoor B answers many with these classes, of clean images few: one that it answers so needs less evidence.
 * Their own clean images pay for it: with a worth of w, they are flagged up to w times as often as others.
 */
export interface Suspected {
  readonly classes: readonly number[];
  /** By the logarithm of this their scores are put higher, ≥ 1. */
  readonly worth: number;
}

/** Evidence of n images; NaN where an image has none of that kind. */
export type Readings = { readonly [kind in EvidenceKind]?: Float32Array };

/**
 * Scores are kept to this many decimals: a net's answers differ in their last bits with the size of a batch,
 * and an image must be given the same verdict alone and among others.
 */
const DECIMALS = 1e3;
/** No score is higher, so that what can't be told from infinity is flagged and can still be written down. */
const HIGHEST = 1e6;

/** A kind that is worth more than the others: it is put higher by the logarithm of this. */
const WORTH: { readonly [kind in EvidenceKind]?: number } = { forgetting: 4 };
/** What of a kind's evidence is above this adds up. */
const ADDS_FROM = 1;

/**
 * The score of the evidence that every image is asked for: the largest of its standardised evidence, and of the sum of what
 * is above 1. A plain sum would let one kind that has failed on a net drown the others; in the largest it costs only its share of
 * the false positives, and the sum finds what every kind finds a little suspicious.
 * @returns n scores
 */
export function firstScores(
  readings: Readings,
  { scales, together }: Pick<Standard, 'scales' | 'together'>,
  n: number,
): Float32Array {
  const { largest, sums } = standardised(readings, scales, n);
  return largest.map((value, i) => {
    return rounded(Math.max(value, onScale(sums[i]!, together)));
  });
}

/** What the class that B names adds to each image's score. @param named n classes */
export function addedByClass({ suspected }: Pick<Standard, 'suspected'>, named: Int32Array): Float32Array {
  if (!suspected) return new Float32Array(named.length);
  const added = Math.log(suspected.worth);
  return Float32Array.from(named, (each) => (suspected.classes.includes(each) ? added : 0));
}

/**
 * An image's suspicion: its first score, joined with what it was asked further, and what the class that B names adds.
 * @param named the class that B names for each of n images
 * @returns n scores
 */
export function suspicion(readings: Readings, standard: Standard, named: Int32Array): Float32Array {
  const added = addedByClass(standard, named);
  return joined(readings, standard, named.length).map((value, i) => rounded(value + added[i]!));
}

function joined(readings: Readings, standard: Standard, n: number): Float32Array {
  const { second } = standard;
  const first = firstScores(readings, standard, n);
  if (!second) return first;
  return first.map((value, i) => {
    const found = readings.transplant?.[i] ?? Number.NaN;
    if (Number.isNaN(found)) return value;
    const asked = Math.max(onScale(found, second.transplant), 0);
    const before = second.firstWeight * value;
    return second.join === 'sum' ? Math.max(before, 0) + asked : Math.max(before, asked);
  });
}

/** The scales of the kinds of evidence that every image is asked for, from clean images that nothing was fitted on. */
export function standardOf(readings: Readings, n: number): Standard {
  const scales = EVIDENCE_KINDS.filter((kind) => kind !== 'transplant' && readings[kind]).map((kind) => ({
    kind,
    ...scaleOf(readings[kind]!, WORTH[kind]),
  }));
  return { scales, together: scaleOf(standardised(readings, scales, n).sums) };
}

function standardised(
  readings: Readings,
  scales: readonly EvidenceScale[],
  n: number,
): { largest: Float32Array; sums: Float32Array } {
  const largest = new Float32Array(n).fill(Number.NEGATIVE_INFINITY);
  const sums = new Float32Array(n);
  for (const scale of scales) {
    const values = readings[scale.kind];
    if (!values) throw new Error(`no ${scale.kind} evidence was read`);
    for (let i = 0; i < n; i++) {
      const value = onScale(values[i]!, scale);
      if (value > largest[i]!) largest[i] = value;
      if (value > ADDS_FROM) sums[i]! += value - ADDS_FROM;
    }
  }
  return { largest, sums };
}

function rounded(score: number): number {
  return Math.round(Math.min(score, HIGHEST) * DECIMALS) / DECIMALS;
}
