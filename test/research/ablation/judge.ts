import { fitDiscriminant } from '../../../build-repair/repair/calibrate/fit-discriminant';
import {
  calibrationScores,
  type Evidence,
  type Fitted,
  fitStandard,
} from '../../../build-repair/repair/calibrate/standard';
import { suspectedBy } from '../../../build-repair/repair/calibrate/suspect';
import { findSuspectedTargets } from '../../../build-repair/repair/calibrate/unlabelled';
import type { Readings } from '../../../models/detector/evidence/kind';
import { ASK_ALL, firstKinds, firstScores, type Standard, suspicion } from '../../../models/detector/score';
import { transplantCandidates } from '../../../models/detector/transplant-queries';
import { REGIONS, type Region, regionEvidence, regionsOf } from '../../../models/detector/transplant-regions';
import type { CollectedNet, Read } from './collected';

/** How a variant differs from the detector as it is; what is left out stays. */
export interface Switches {
  /** Kinds of evidence that every image is asked for, in place of those that the rule has. */
  readonly kinds?: readonly string[];
  /** With `false`, readings of all classes are on one scale; no class is then suspected. */
  readonly byClass?: boolean;
  /** With `false`, no image is asked further. */
  readonly transplants?: boolean;
  /** Regions that are not transplanted. */
  readonly withoutRegions?: readonly Region[];
  readonly asksAll?: boolean;
  readonly firstWeight?: number;
  readonly join?: 'sum' | 'larger';
  /** Which classes are suspected; by default those that the finding names. */
  readonly suspects?: 'none' | 'finding' | 'finding and gathering';
}

/** What a variant comes to: scores of what it was calibrated on, from low to high, and of what it is measured on. */
export interface Judged {
  readonly standard: Standard;
  readonly calibration: Float32Array;
  readonly clean: Float32Array;
  /** Of each poisoned set. */
  readonly poisoned: readonly Float32Array[];
}

/** The kinds of evidence that a net's rule has, by name. */
export function kindsOf({ rule }: Pick<CollectedNet, 'rule'>): string[] {
  return [...firstKinds(rule)];
}

/**
 * Fits a variant's scales to the calibration images as `repair` does, and scores all images as serving does. Nothing is fitted anew
 * that takes training.
 */
export function judge(collected: CollectedNet, switches: Switches = {}): Judged {
  const net = switches.byClass === false ? asOneClass(collected) : collected;
  const { calibration, seed } = net;
  const { predicted, groups } = calibration;
  const kinds = switches.kinds ?? kindsOf(net);
  const readings = only(calibration.evidence, kinds);
  const first = firstOf(readings, predicted);
  const scores = firstScores(readings, first, predicted);
  const evidence = { readings, predicted, transplants: calibrationTransplants(net, switches, scores) };
  const fitted = fitStandard(evidence);
  const scoresWith = calibrationScores(evidence, fitted, groups, seed);
  const classes = suspects(net, switches, first, scores);
  const suspected = suspectedBy(classes, scoresWith(), predicted);
  const standard = { ...fitted.standard, suspected };
  const scoresOf = (read: Read) => suspicion(withTransplants(read, kinds, fitted), standard, read.predicted);
  return {
    standard,
    calibration: scoresWith(suspected).sort(),
    clean: scoresOf(net.clean),
    poisoned: net.poisoned.map(scoresOf),
  };
}

/** As if B named one class for all images, and the finding none. */
function asOneClass(net: CollectedNet): CollectedNet {
  const one = <Of extends Pick<Read, 'predicted'>>(read: Of): Of => ({
    ...read,
    predicted: new Int32Array(read.predicted.length),
  });
  const { calibration, clean, poisoned, service } = net;
  return {
    ...net,
    found: [],
    calibration: one(calibration),
    clean: one(clean),
    poisoned: poisoned.map(one),
    service: one(service),
  };
}

/** What the calibration images are asked further: as many of them as the detector asks as it is. */
function calibrationTransplants(
  net: CollectedNet,
  { transplants = true, withoutRegions = [], asksAll = false, firstWeight, join, kinds }: Switches,
  scores: Float32Array,
): Evidence['transplants'] {
  const { transplant: second } = net.rule;
  const { margins } = net.calibration;
  if (!transplants || !second || !margins) return undefined;
  const isAll = asksAll || second.askFrom === ASK_ALL;
  const sameScores = kinds === undefined;
  const askFrom = isAll ? ASK_ALL : sameScores ? second.askFrom : highest(scores, askedAsItIs(net));
  const places = transplantCandidates(scores, askFrom);
  // A region that alone has B name all clean images is not asked.
  const asked = rowsOf(margins, places).map((margin, i) =>
    withoutRegions.includes(REGIONS[i % REGIONS.length]!) ? 1 : margin,
  );
  return {
    askFrom,
    images: places,
    margins: asked,
    join: join ?? second.join,
    firstWeight: firstWeight ?? second.firstWeight,
  };
}

/** How many calibration images are asked further as it is. */
function askedAsItIs(net: CollectedNet): number {
  const { evidence, predicted } = net.calibration;
  const readings = only(evidence, kindsOf(net));
  const scores = firstScores(readings, firstOf(readings, predicted), predicted);
  return transplantCandidates(scores, net.rule.transplant!.askFrom).length;
}

/** How the evidence that every image is asked for is made one score. */
function firstOf(readings: Readings, predicted: Int32Array): Pick<Standard, 'first'> {
  return { first: fitDiscriminant(readings, predicted, Array.from(predicted.keys())) };
}

/** The score that so many are at or above. */
function highest(scores: Float32Array, count: number): number {
  const ascending = scores.slice().sort();
  return ascending[Math.max(ascending.length - count, 0)]!;
}

/** The classes that count for targets. */
function suspects(
  { found, service, calibration: { predicted }, classes, ...net }: CollectedNet,
  { suspects: by = 'finding', kinds = kindsOf(net) }: Switches,
  first: Pick<Standard, 'first'>,
  scores: Float32Array,
): number[] {
  if (by === 'none') return [];
  if (by === 'finding') return [...new Set(found)];
  const seen = firstScores(only(service.evidence, kinds), first, service.predicted);
  const suspectedTargets = findSuspectedTargets(
    { scores, predicted },
    { scores: seen, predicted: service.predicted },
    classes,
  );
  return [...new Set([...found, ...suspectedTargets.map((each) => each.class)])];
}

/** The evidence of images with what they are asked further. */
function withTransplants(
  { evidence, predicted, margins }: Read,
  kinds: readonly string[],
  { standard }: Fitted,
): Readings {
  const readings = only(evidence, kinds);
  const { transplant: second } = standard;
  if (!second || !margins) return readings;
  const places = transplantCandidates(firstScores(readings, standard, predicted), second.askFrom);
  const asked = regionsOf(rowsOf(margins, places), second.pieces.scales);
  const values = new Float32Array(predicted.length).fill(Number.NaN);
  regionEvidence(asked, second.pieces).forEach((value, i) => {
    values[places[i]!] = value;
  });
  return { ...readings, transplant: values };
}

/** The margins of some images. @param margins n × REGIONS */
function rowsOf(margins: Float32Array, places: readonly number[]): Float32Array {
  const rows = new Float32Array(places.length * REGIONS.length);
  places.forEach((place, i) => {
    rows.set(margins.subarray(place * REGIONS.length, (place + 1) * REGIONS.length), i * REGIONS.length);
  });
  return rows;
}

function only(readings: Readings, kinds: readonly string[]): Readings {
  return Object.fromEntries(kinds.map((kind) => [kind, readings[kind]]));
}

/** Scores of one image by code that sums in another order differ by less. */
const SAME = 0.05;

/**
 * Whether the readings come to the scores that the bundle was calibrated with, and to those that it serves.
 * @throws Error where they don't: this program reads otherwise than `repair` or serving does
 */
export function checkAsItIs(net: CollectedNet): void {
  const asItIs = judge(net);
  const pairs = [
    ['the calibration images', asItIs.calibration, net.rule.calibration],
    [net.clean.name, asItIs.clean, net.clean.served],
    ...net.poisoned.map((set, i) => [set.name, asItIs.poisoned[i]!, set.served] as const),
  ] as const;
  for (const [of, own, expected] of pairs) {
    const apart = expected.reduce((most, score, i) => Math.max(most, Math.abs(score - own[i]!)), 0);
    if (apart <= SAME) continue;
    throw new Error(`${net.name}: ${of} are scored ${apart.toFixed(2)} apart from what the bundle has`);
  }
}
