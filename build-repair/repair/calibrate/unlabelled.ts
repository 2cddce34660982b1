import type { LayersModel } from '@tensorflow/tfjs-layers';
import { quantile } from '../../../models/detector/scale';
import { firstScores, type Standard } from '../../../models/detector/score';
import type { RepairContext } from '../../context';
import { allImages, type LoadedImages } from '../../images/load';
import { STAGES } from '../../stages';
import { type FittedDetector, readEvidence } from '../evidence/detector';

/** Images of which B names a class, and how suspicious their evidence makes them. */
export interface Scored {
  readonly scores: Float32Array;
  /** The class that B names for each. */
  readonly predicted: Int32Array;
}

/** A class that suspicious images without labels gather at. */
export interface SuspectedTarget {
  readonly class: number;
  /** How many are suspicious of those that B answers with the class. */
  readonly suspicious: number;
  readonly predicted: number;
}

/** Suspicious is what is above all but this share of the clean images. Origin: chosen by hand; not varied. */
const SUSPICIOUS = 0.05;
/**
 * Of the images that B answers with the class, at least this share must be suspicious: of clean ones SUSPICIOUS is.
 * Origin: chosen by hand; not varied.
 */
const LEAST_SHARE = 0.5;
/**
 * The chance that clean images alone make any class look so.
 * Origin: Chernoff’s bound; the chance chosen by hand; not varied. Tried on faces-stealth-kept and signs-ellipse-plain: `npm
 * run attacks NAME -- --unlabelled poisoned`.
 */
const BY_CHANCE = 0.001;

/**
 * Scores images without labels by the evidence that every image is asked for.
 * @param nets.bad B with its features
 * @param nets.repaired the repaired net
 * @param fitted what is served
 */
export async function scoreUnlabelled(
  { progress }: RepairContext,
  unlabelled: LoadedImages,
  { bad, repaired }: { readonly bad: LayersModel; readonly repaired: LayersModel | undefined },
  fitted: FittedDetector,
  standard: Standard,
): Promise<Scored> {
  const all = allImages(unlabelled);
  const report = (done: number) => progress({ stage: STAGES.unlabelled, done, total: all.length });
  const { readings, predicted } = await readEvidence(fitted, bad, unlabelled, all, report, repaired);
  return { scores: firstScores(readings, standard, predicted), predicted };
}

/**
 * The classes that suspicious images without labels gather at: far more of them than clean images let expect (Chernoff's bound on
 * Poisson's tail, for all classes together), and most of those that B answers so. A class that is merely asked for often is
 * none; nor does a set of clean images have any. What is found decides on nothing by itself: how much it counts is
 * left to clean images (see suspectedBy).
 * @param classes N
 */
export function findSuspectedTargets(clean: Scored, seen: Scored, classes: number): SuspectedTarget[] {
  const from = quantile(clean.scores.slice().sort(), 1 - SUSPICIOUS);
  const known = countByClass(clean, from, classes);
  const found = countByClass(seen, from, classes);
  const n = clean.scores.length;
  const most = Math.log(BY_CHANCE / classes);
  return found.flatMap(({ suspicious, predicted }, each) => {
    const expected = (seen.scores.length * (known[each]!.suspicious + 1)) / (n + 1);
    const gathers =
      suspicious > expected &&
      suspicious >= LEAST_SHARE * predicted &&
      suspicious - expected - suspicious * Math.log(suspicious / expected) < most;
    return gathers ? [{ class: each, suspicious, predicted }] : [];
  });
}

/** What images without labels showed, as sentences. */
export function suspectedTargetsInWords(suspectedTargets: readonly SuspectedTarget[]): string[] {
  if (suspectedTargets.length === 0) return ['Suspicious images without labels gather at no class.'];
  return suspectedTargets.map(
    ({ class: each, suspicious, predicted }) =>
      `Suspicious images without labels gather at class ${each}: ${suspicious} of the ${predicted} that the net answers so.`,
  );
}

function countByClass({ scores, predicted }: Scored, from: number, classes: number) {
  const counts = Array.from({ length: classes }, () => ({ suspicious: 0, predicted: 0 }));
  predicted.forEach((each, i) => {
    const count = counts[each]!;
    count.predicted++;
    if (scores[i]! > from) count.suspicious++;
  });
  return counts;
}
