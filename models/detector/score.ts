import { type Discriminant, discriminantScores } from './discriminant';
import type { Readings } from './evidence/kind';
import { onScale, rounded, type Scale } from './scale';
import { type Tails, tailScores } from './tails';
import type { RegionStandard } from './transplant-regions';

/** A first score that every image has. Origin: no choice: below every score. */
export const ASK_ALL = Number.MIN_SAFE_INTEGER;

/** How several kinds of evidence are made one score. */
export interface Standard {
  /** How those that every image is asked for are; a bundle of an earlier format keeps its own way. */
  readonly first: Discriminant | Tails;
  /** Where images are asked further: by transplants. */
  readonly transplant?: {
    /** The first score from which on an image is asked; ASK_ALL for every image. */
    readonly askFrom: number;
    /** How the margins of transplanted regions are made one number. */
    readonly pieces: RegionStandard;
    /** The scale of that. */
    readonly scale: Scale;
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
 * That is a prior: `worth` is the odds on it, w. Their own clean images pay for it: they are flagged up to w times as often as others.
 */
export interface Suspected {
  readonly classes: readonly number[];
  /** Prior odds, ≥ 1: by their logarithm these classes' scores are put higher. `worth` as manifests have it. */
  readonly worth: number;
}

/** The kinds of evidence that every image is asked for. */
export function firstKinds({ first }: Pick<Standard, 'first'>): readonly string[] {
  return first.kind === 'discriminant' ? first.kinds : first.scales.map(({ kind }) => kind);
}

/**
 * The score of the evidence that every image is asked for.
 * @param predicted the class that B names for each of n images
 * @returns n scores
 */
export function firstScores(
  readings: Readings,
  { first }: Pick<Standard, 'first'>,
  predicted: Int32Array,
): Float32Array {
  const scores =
    first.kind === 'discriminant'
      ? discriminantScores(readings, first, predicted)
      : tailScores(readings, first, predicted.length);
  return scores.map(rounded);
}

/** What the class that B names adds to each image's score. @param predicted n classes */
export function addedByClass(
  { suspected }: Pick<Standard, 'suspected'>,
  predicted: Int32Array,
): Float32Array {
  if (!suspected) return new Float32Array(predicted.length);
  const added = Math.log(suspected.worth);
  return Float32Array.from(predicted, (each) => (suspected.classes.includes(each) ? added : 0));
}

/**
 * An image's suspicion: its first score, joined with what it was asked further, and what the class that B names adds.
 * @param predicted the class that B names for each of n images
 * @returns n scores
 */
export function suspicion(readings: Readings, standard: Standard, predicted: Int32Array): Float32Array {
  const added = addedByClass(standard, predicted);
  return joined(readings, standard, predicted).map((value, i) => rounded(value + added[i]!));
}

function joined(readings: Readings, standard: Standard, predicted: Int32Array): Float32Array {
  const { transplant } = standard;
  const first = firstScores(readings, standard, predicted);
  if (!transplant) return first;
  return first.map((value, i) => {
    const found = readings.transplant?.[i] ?? Number.NaN;
    if (Number.isNaN(found)) return value;
    const transplanted = Math.max(onScale(found, transplant.scale), 0);
    const before = transplant.firstWeight * value;
    return transplant.join === 'sum' ? Math.max(before, 0) + transplanted : Math.max(before, transplanted);
  });
}
