import type { Readings } from '../../../models/detector/evidence/kind';
import { scaleOf } from '../../../models/detector/scale';
import { type Standard, type Suspected, suspicion } from '../../../models/detector/score';
import { fitRegions, REGIONS, regionEvidence, regionsOf } from '../../../models/detector/transplant-regions';
import { valueAt } from '../../../models/present';
import { Random } from '../../../models/random';
import { fitDiscriminant } from './fit-discriminant';

/**
 * Images that set the scales which they are measured by look less suspicious than new ones. With 192 of them 1.6 % of new ones were flagged
 * for a promised 1, with 100 2.2 % (simulated evidence, with transplants); with 1500 it can't be measured. Fewer than
 * this, or of fewer groups, are scored in parts, each on scales of the others: with 192 then 0.7 % were flagged.
 * Origin: that simulation, by the score of before, whose code is gone (standard.test.ts has one like it); the number of parts chosen by hand;
 * not varied.
 */
const ENOUGH = 1000;
const PARTS = 20;

/** What the calibration images were asked further, which is the same whatever the scales are. */
export interface CalibrationTransplants {
  /** The first score from which on an image is asked. */
  readonly askFrom: number;
  /** Which of the n images were asked. */
  readonly images: readonly number[];
  /** asked × REGIONS logit margins at B's class. */
  readonly margins: Float32Array;
  readonly join: 'sum' | 'larger';
  readonly firstWeight: number;
}

/** The evidence of n calibration images. */
export interface Evidence {
  /** All kinds but transplants. */
  readonly readings: Readings;
  /** The class that B names for each of them. */
  readonly predicted: Int32Array;
  /** Undefined where transplants tell nothing of triggers. */
  readonly transplants: CalibrationTransplants | undefined;
}

/** How images are judged, and what transplants say of the n calibration images then; NaN for those that were not asked. */
export interface Fitted {
  readonly standard: Standard;
  readonly transplant: Float32Array | undefined;
}

/** Sets all scales by some of the calibration images. @param isUsed tells which */
export function fitStandard(
  { readings, predicted, transplants }: Evidence,
  isUsed: (image: number) => boolean = () => true,
): Fitted {
  const used = Array.from(predicted.keys()).filter(isUsed);
  const first = fitDiscriminant(readings, predicted, used);
  if (!transplants) return { standard: { first }, transplant: undefined };
  const { images, margins, askFrom, join, firstWeight } = transplants;
  const usedMargins = margins.filter((_, i) => isUsed(images[Math.floor(i / REGIONS.length)]!));
  const pieces = fitRegions(usedMargins);
  const transplant = new Float32Array(predicted.length).fill(Number.NaN);
  regionEvidence(regionsOf(margins, pieces.scales), pieces).forEach((value, i) => {
    transplant[images[i]!] = value;
  });
  const scale = scaleOf(Float32Array.from(used, (image) => transplant[image]!));
  return {
    standard: { first, transplant: { askFrom, pieces, scale, join, firstWeight } },
    transplant,
  };
}

/**
 * The scores of the calibration images; where these are few, each by scales of the others, as a new image is by those of all.
 * @param served what is fitted on all of them
 * @param groups of each image: groups stay together
 * @returns n scores, under classes that are suspected, or none
 */
export function calibrationScores(
  evidence: Evidence,
  served: Fitted,
  groups: readonly string[] | undefined,
  seed: number,
): (suspected?: Suspected) => Float32Array {
  const { readings, predicted } = evidence;
  const scoresBy = ({ standard, transplant }: Fitted, suspected: Suspected | undefined) =>
    suspicion({ ...readings, transplant }, { ...standard, suspected }, predicted);
  const scored = inParts(predicted.length, groups, seed, served, (isUsed) => fitStandard(evidence, isUsed));
  return (suspected) => scored((fitted) => scoresBy(fitted, suspected));
}

/**
 * Scores n calibration images, each by what was fitted without it, or its group, where these are few.
 * @param served what is fitted on all of them
 * @param fitOn fits on some of them
 * @returns n scores, by whatever scores all n by one fit
 */
export function inParts<Fit>(
  n: number,
  groups: readonly string[] | undefined,
  seed: number,
  served: Fit,
  fitOn: (isUsed: (image: number) => boolean) => Fit,
): (scoresBy: (fitted: Fit) => Float32Array) => Float32Array {
  if ((groups ? new Set(groups).size : n) >= ENOUGH) return (scoresBy) => scoresBy(served);
  const partOf = partsOf(n, groups, seed);
  const fits = Array.from({ length: PARTS }, (_, part) => fitOn((image) => partOf[image] !== part));
  return (scoresBy) => {
    const byPart = fits.map(scoresBy);
    return Float32Array.from({ length: n }, (_, image) => byPart[partOf[image]!]![image]!);
  };
}

/** The part of each image, or of its group, drawn at random. */
function partsOf(n: number, groups: readonly string[] | undefined, seed: number): Int32Array {
  const names = groups ?? Array.from({ length: n }, (_, image) => String(image));
  const units = [...new Set(names)];
  const order = new Random(seed, 'scales').permutation(units.length);
  const partOf = new Map(units.map((unit, i) => [unit, order[i]! % PARTS]));
  return Int32Array.from({ length: n }, (_, image) => valueAt(partOf, names[image]!));
}
