import { KINDS } from './evidence/kinds';
import type { PieceStandard } from './pieces';
import { onScale, rounded, type Scale, scaleOf } from './scale';

/** The scale of one kind of evidence. */
export interface EvidenceScale extends Scale {
  readonly kind: string;
}

/** The scale of the sum of what some kinds' standardised evidence is above 0. */
export interface TogetherScale extends Scale {
  readonly kinds: readonly string[];
}

/** A first score that every image has. Origin: no choice: below every score. */
export const ASK_ALL = Number.MIN_SAFE_INTEGER;

/** How several kinds of evidence are made one score. */
export interface Standard {
  readonly scales: readonly EvidenceScale[];
  /** For all kinds, and for what an image may have of them: where the class that B names lacks clean images, it has fewer. */
  readonly together: readonly TogetherScale[];
  /** Where images are asked further: by transplants. */
  readonly transplant?: {
    /** The first score from which on an image is asked; ASK_ALL for every image. */
    readonly askFrom: number;
    /** How the margins of transplanted pieces are made one number. */
    readonly pieces: PieceStandard;
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
 * Their own clean images pay for it: with a worth of w, they are flagged up to w times as often as others.
 */
export interface Suspected {
  readonly classes: readonly number[];
  /** By the logarithm of this their scores are put higher, ≥ 1. */
  readonly worth: number;
}

/** Evidence of n images, by the name of its kind; NaN where an image has none of that kind. */
export type Readings = { readonly [kind: string]: Float32Array | undefined };

/**
 * What the sum of all kinds is worth beside one of them alone. Chosen on self-made backdoors: at 1, as it was before, the tails of
 * all kinds together take of a backdoor in a net of signs what the sum would find (a blended photograph: 76 % found, 85 % at this);
 * without the kinds alone, 57 % of a faint blend on faces that E alone sees is above 99 % of clean images by this score, with them 94 %.
 * Origin: self-made nets of both halves of then, signs43-blend-natural and signs43-stealth first (docs/method.md, "What was
 * decided on what"); the trial’s code is gone.
 */
const TOGETHER_WORTH = 16;
/**
 * A sum of kinds that an image may lack is put on a scale of its own where so many clean images have all of them.
 * Origin: chosen by hand; not varied.
 */
const LEAST_TO_SCALE = 50;

/**
 * The score of the evidence that every image is asked for: the sum of what each kind's standardised evidence is above 0, on the
 * scale of sums of just the kinds that the image has; or one kind alone, where that is so high that the sum's higher worth does not
 * make up for it. The sum finds what several kinds find somewhat suspicious; but a kind that has failed on a net would drown
 * the others in it, and so, at a small part of the false positives, each speaks for itself as well.
 * @returns n scores
 */
export function firstScores(
  readings: Readings,
  { scales, together }: Pick<Standard, 'scales' | 'together'>,
  n: number,
): Float32Array {
  const values = standardised(readings, scales);
  const sums = together.map(({ kinds }) => sumsOf(values, kinds, n));
  const alone = Math.log(TOGETHER_WORTH);
  return Float32Array.from({ length: n }, (_, i) => {
    const had = Array.from(values.values(), (of) => of[i]!).filter((value) => !Number.isNaN(value));
    const all = sums.findIndex((of) => !Number.isNaN(of[i]!));
    const sum = all < 0 ? Number.NEGATIVE_INFINITY : onScale(sums[all]![i]!, together[all]!);
    return rounded(Math.max(sum, ...had.map((value) => value - alone)));
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
  const { transplant } = standard;
  const first = firstScores(readings, standard, n);
  if (!transplant) return first;
  return first.map((value, i) => {
    const found = readings.transplant?.[i] ?? Number.NaN;
    if (Number.isNaN(found)) return value;
    const asked = Math.max(onScale(found, transplant.scale), 0);
    const before = transplant.firstWeight * value;
    return transplant.join === 'sum' ? Math.max(before, 0) + asked : Math.max(before, asked);
  });
}

/** The scales of the kinds of evidence that every image is asked for, from clean images that nothing was fitted on. */
export function standardOf(readings: Readings, n: number): Standard {
  const scales = KINDS.flatMap(({ name, worth }) => {
    const values = readings[name];
    return values ? [{ kind: name, ...scaleOf(values, worth) }] : [];
  });
  const values = standardised(readings, scales);
  const together = setsOf(scales.map(({ kind }) => kind)).flatMap((kinds) => {
    const sums = sumsOf(values, kinds, n);
    const isKnown = sums.filter((sum) => !Number.isNaN(sum)).length >= LEAST_TO_SCALE;
    const isLeast = !kinds.some(isOptional);
    return isKnown || isLeast ? [{ kinds, ...scaleOf(sums) }] : [];
  });
  return { scales, together };
}

/** The sets of kinds that an image may have, larger ones first. */
function setsOf(kinds: readonly string[]): string[][] {
  let sets: string[][] = [[]];
  for (const kind of kinds) {
    const withIt = sets.map((set) => [...set, kind]);
    sets = isOptional(kind) ? [...withIt, ...sets] : withIt;
  }
  return sets.sort((a, b) => b.length - a.length);
}

function isOptional(kind: string): boolean {
  return KINDS.some(({ name, isOptional = false }) => name === kind && isOptional);
}

function standardised(readings: Readings, scales: readonly EvidenceScale[]): Map<string, Float32Array> {
  return new Map(
    scales.map((scale) => {
      const values = readings[scale.kind];
      if (!values) throw new Error(`no ${scale.kind} evidence was read`);
      return [scale.kind, values.map((value) => onScale(value, scale))];
    }),
  );
}

/** The sum of what the kinds are above 0 for each of n images, NaN for one that lacks any of them. */
function sumsOf(values: Map<string, Float32Array>, kinds: readonly string[], n: number): Float32Array {
  const sums = new Float32Array(n);
  for (const kind of kinds) {
    const of = values.get(kind)!;
    for (let i = 0; i < n; i++) sums[i]! += Number.isNaN(of[i]!) ? Number.NaN : Math.max(of[i]!, 0);
  }
  return sums;
}
