import type { LayersModel } from '@tensorflow/tfjs-layers';
import { smallestAlpha } from '../../../models/detector/conformal';
import { isComplete } from '../../../models/detector/evidence/kind';
import { KINDS } from '../../../models/detector/evidence/kinds';
import type { Parts } from '../../../models/detector/nets';
import { firstScores, type Readings, type Standard, standardOf } from '../../../models/detector/score';
import type { FeatureNet } from '../../../models/nets/features';
import type { RepairContext } from '../../context';
import type { Finding } from '../../finding/types';
import { allImages, groupsOf } from '../../images/load';
import { classesLeftOut, coversAllClasses, type FoldPlan } from '../choose/folds';
import {
  type FittedDetector,
  fitDetector,
  freeFits,
  partsOf,
  readEvidence,
  settle,
} from '../evidence/detector';
import { hostDrawer } from '../evidence/hosts';
import { type Expert, MUCH } from '../learn/forget';
import type { LinearHead } from '../learn/softmax-regression';
import type { Passes } from '../observe/passes';
import { type AskedFold, askCalibration } from './ask';
import type { FindBackdoor } from './made';
import { calibrationScores, fitStandard } from './standard';
import { suspectedBy } from './suspect';
import { type GatheringClass, gatheringClasses, scoreUnlabelled } from './unlabelled';

/** A detector and the evidence of the clean images that it was calibrated on. */
export interface Calibrated {
  readonly expert: Expert;
  readonly parts: Parts;
  /** The relearned head, for B′. */
  readonly head: LinearHead | undefined;
  /** Classes of which it is no evidence: they have one group, so that no head that knows them could be calibrated on it. */
  readonly unheard: readonly number[];
  readonly standard: Standard;
  /** Calibration images, in the order of their scores. */
  readonly calibrated: Int32Array;
  /** Their scores. */
  readonly scores: Float32Array;
  readonly without: { evidence: string; reason: string }[];
  readonly finding: Finding | undefined;
  /** What people should know of it. */
  readonly notes: readonly string[];
  /** Undefined where there were no images without labels. */
  readonly gathering: readonly GatheringClass[] | undefined;
}

/**
 * Fits the detector, and scores clean images that no fitting has seen: those of the one split, or, cross-fitted,
 * each image by the detector that was fitted on the other folds; the detector that is served is then fitted on all.
 * @param findBackdoor asked with the expert that is served, before anything is scored: what it finds counts
 */
export async function calibrate(
  context: RepairContext,
  flat: LayersModel,
  bad: FeatureNet,
  passes: Passes,
  plan: FoldPlan,
  findBackdoor: FindBackdoor | undefined,
): Promise<Calibrated> {
  const { read, served, unheard } = await fitInFolds(context, flat, bad, passes, plan);
  const calibrated = Int32Array.from(read.flatMap(({ images }) => Array.from(images)));
  const all = join(
    read.map((part) => part.readings),
    (kind) => served.fits[kind] !== undefined,
  );
  const finding = await findBackdoor?.(served.fits.forgetting);
  const isHad = (kind: string) => all[kind] !== undefined;
  const complete = isComplete(isHad);
  const readings = Object.fromEntries(
    KINDS.filter(({ name, isNeeded }) => isHad(name) && (isNeeded?.(isHad) ?? true)).map(({ name }) => [
      name,
      all[name],
    ]),
  );
  const named = calibrated.map((image) => passes.clean.named[image]!);
  const first = standardOf(readings, calibrated.length);
  const gathering =
    context.unlabelled &&
    gatheringClasses(
      { scores: firstScores(readings, first, named.length), named },
      await scoreUnlabelled(context, context.unlabelled, bad.net, served, first),
      context.classes,
    );
  // Images are cut where B's features are no use: it costs more, and finds a little more.
  const from = complete && bad.hasCut ? ('cut' as const) : ('image' as const);
  const further = await askCalibration(context, { net: bad.net, from }, read, readings, first, complete);
  const evidence = { readings, named, asked: further.asked };
  const fitted = fitStandard(evidence);
  const groups = groupsOf(context.images, calibrated);
  const scoresWith = calibrationScores(evidence, fitted, groups, context.seed);
  const found = [...(finding?.targets ?? []), ...(gathering ?? [])].map((each) => each.class);
  const suspected = suspectedBy([...new Set(found)], scoresWith(), named);
  const isServed = (kind: string) =>
    readings[kind] !== undefined || (kind === 'transplant' && further.asked !== undefined);
  const parts = partsOf(served, isServed);
  return {
    expert: served.fits.forgetting,
    parts: { ...parts, transplant: parts.transplant && { ...parts.transplant, from } },
    head: served.fits.relearned,
    unheard,
    standard: { ...fitted.standard, suspected },
    calibrated,
    scores: scoresWith(suspected),
    without: KINDS.flatMap(({ name, without }) => {
      const reason = without?.({
        isHad: isServed(name),
        hasTrunk: passes.clean.trunk !== undefined,
        unheard,
        namedByHalves: further.namedByHalves,
      });
      return reason === undefined ? [] : [{ evidence: name, reason }];
    }),
    finding,
    notes: [...forgetfulness(served.fits.forgetting), ...fewGroups(groups)],
    gathering,
  };
}

/** What was fitted, and the evidence of images that it was not fitted on. */
interface FittedInFolds {
  /** Fold after fold. */
  readonly read: readonly (AskedFold & { readonly readings: Readings })[];
  readonly served: FittedDetector;
  /** Classes of which the relearned head is no evidence. */
  readonly unheard: readonly number[];
}

/** Fits a detector to each fold, reads the images held out of it, and fits what is served. */
async function fitInFolds(
  context: RepairContext,
  flat: LayersModel,
  bad: FeatureNet,
  passes: Passes,
  plan: FoldPlan,
): Promise<FittedInFolds> {
  const read: FittedInFolds['read'][number][] = [];
  const folds: FittedDetector[] = [];
  const { relearns, unheard } = planRelearning(context, plan);
  const isHeard = unheard.length < context.classes;
  const drawHosts = hostDrawer(context);
  const fitting = { context, flat, passes };
  for (const [place, fold] of plan.folds.entries()) {
    const stream = plan.scheme === 'split' ? '' : `, fold ${place + 1} of ${plan.folds.length}`;
    const part = { number: place + 1, stream };
    const fitted = await fitDetector({
      ...fitting,
      plan: { fit: fold.fit, relearns: relearns && isHeard, unheard, drawHosts, part },
    });
    const { readings } = await readEvidence(fitted, bad.net, context.images, fold.calibrate);
    read.push({ images: fold.calibrate, hosts: fitted.fits.transplant, readings });
    folds.push(fitted);
    if (plan.scheme === 'cross-fit') freeFits(fitted);
  }
  if (plan.scheme === 'split') return { read, served: folds[0]!, unheard };
  const part = { number: plan.folds.length + 1, stream: ', on all' };
  const fit = allImages(context.images);
  const fitted = await fitDetector({ ...fitting, plan: { fit, relearns, unheard, drawHosts, part } });
  return { read, served: settle(fitted, folds, context.images.labels), unheard };
}

function forgetfulness({ remembers }: Expert): string[] {
  if (remembers < MUCH) return [];
  return [
    `the expert still names ${Math.round(100 * remembers)} % of the clean images: it could not be made to forget, and tells less than usual`,
  ];
}

/** Images of the same few groups tell of rates that new groups need not keep. */
function fewGroups(groups: readonly string[] | undefined): string[] {
  if (!groups) return [];
  const count = new Set(groups).size;
  const least = smallestAlpha(count);
  return [
    `calibrated on ${groups.length} images of ${count} groups: what is promised is promised of images like these; of new groups alone, a false-positive rate under ${(100 * least).toPrecision(2)} % can't be told from so few`,
  ];
}

/**
 * Whether a head is relearned, and of which classes it is no evidence. A class whose only group is held out is unknown to that fold's
 * head: it is asked of the other classes. The head that is served knows every class, or there is none.
 */
function planRelearning({ images, classes }: RepairContext, plan: FoldPlan) {
  const leftOut = classesLeftOut(plan.folds, images.labels, classes);
  const isPartial =
    plan.scheme === 'cross-fit' && coversAllClasses(images.labels, allImages(images), classes);
  const relearns = leftOut.length === 0 || isPartial;
  return { relearns, unheard: relearns ? leftOut : [] };
}

/** Evidence that a fold or the served detector goes without, or that no image has, is left out of all. */
function join(parts: readonly Readings[], isServed: (kind: string) => boolean): Readings {
  const joined: { [kind: string]: Float32Array } = {};
  for (const { name } of KINDS) {
    const arrays = parts.map((part) => part[name]);
    if (!isServed(name) || arrays.some((array) => !array)) continue;
    const values = Float32Array.from(arrays.flatMap((array) => Array.from(array!)));
    if (values.some((value) => !Number.isNaN(value))) joined[name] = values;
  }
  return joined;
}
