import type { LayersModel } from '@tensorflow/tfjs-layers';
import { smallestAlpha } from '../../models/detector/conformal';
import {
  EVIDENCE_KINDS,
  type EvidenceKind,
  firstScores,
  type Readings,
  type Standard,
  standardOf,
} from '../../models/detector/evidence';
import type { Clouds, Transplant } from '../../models/detector/nets';
import type { FeatureNet } from '../../models/nets/features';
import type { Finding } from '../finding/types';
import { allImages, groupsOf } from '../images/load';
import { type AskedFold, type AskedFurther, askCalibration } from './ask';
import { calibratedOf } from './cloud';
import type { RepairContext } from './context';
import { type FittedDetector, fitDetector, readEvidence } from './detector';
import { classesLeftOut, coversAllClasses, type FoldPlan } from './folds';
import type { Expert } from './forget';
import { MUCH } from './forget';
import type { FindBackdoor } from './made';
import type { Passes } from './passes';
import type { LinearHead } from './softmax-regression';
import { calibrationScores, fitStandard } from './standard';
import { suspectedBy } from './suspect';
import { type GatheringClass, gatheringClasses, scoreUnlabelled } from './unlabelled';

/** A detector and the evidence of the clean images that it was calibrated on. */
export interface Calibrated {
  readonly expert: Expert;
  readonly clouds: Clouds;
  /** The relearned head, for B′. */
  readonly head: LinearHead | undefined;
  /** Classes of which it is no evidence: they have one group, so that no head that knows them could be calibrated on it. */
  readonly unheard: readonly number[];
  /** Undefined where it is not asked. */
  readonly transplant: Transplant | undefined;
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
  const read: (AskedFold & { readings: Readings })[] = [];
  const fittedOn: Pick<FittedDetector, 'latent' | 'trunk'>[] = [];
  const { relearns, unheard } = planRelearning(context, plan);
  const isHeard = unheard.length < context.classes;
  let served: FittedDetector | undefined;
  for (const [place, fold] of plan.folds.entries()) {
    const stream = plan.scheme === 'split' ? '' : `, fold ${place + 1} of ${plan.folds.length}`;
    const fitted = await fitDetector(context, flat, passes, {
      fit: fold.fit,
      relearns: relearns && isHeard,
      unheard,
      part: { number: place + 1, stream },
    });
    read.push({
      images: fold.calibrate,
      hosts: fitted.hosts,
      readings: await readEvidence(context, passes.clean, fitted, fold.calibrate),
    });
    fittedOn.push({ latent: fitted.latent, trunk: fitted.trunk });
    if (plan.scheme === 'split') served = fitted;
    else fitted.expert.dispose();
  }
  if (!served) {
    const { images } = context;
    const all = allImages(images);
    const fitted = await fitDetector(context, flat, passes, {
      fit: all,
      relearns,
      unheard,
      part: { number: plan.folds.length + 1, stream: ', on all' },
    });
    const cloud = (kind: 'latent' | 'trunk') =>
      calibratedOf(
        fitted[kind],
        fittedOn.map((fold) => fold[kind]),
        images.labels,
      );
    served = { ...fitted, latent: cloud('latent'), trunk: cloud('trunk') };
  }
  const calibrated = Int32Array.from(read.flatMap(({ images }) => Array.from(images)));
  const all = join(
    read.map((part) => part.readings),
    (kind) => kind === 'confidence' || (kind !== 'transplant' && served[kind] !== undefined),
  );
  const finding = await findBackdoor?.(served.expert);
  const complete = all.latent !== undefined && all.relearned !== undefined;
  const readings = complete ? { ...all, confidence: undefined } : all;
  const named = calibrated.map((image) => passes.clean.named[image]!);
  const first = standardOf(readings, calibrated.length);
  const gathering =
    context.unlabelled &&
    gatheringClasses(
      { scores: firstScores(readings, first, named.length), named },
      await scoreUnlabelled(context, context.unlabelled, bad, served, first),
      context.classes,
    );
  // Images are cut where B's features are no use: it costs more, and finds a little more.
  const from = complete && bad.hasCut ? 'cut' : 'image';
  const further = await askCalibration(context, { net: bad.net, from }, read, readings, first, complete);
  const evidence = { readings, named, asked: further.asked };
  const fitted = fitStandard(evidence);
  const groups = groupsOf(context.images, calibrated);
  const scoresWith = calibrationScores(evidence, fitted, groups, context.seed);
  const found = [...(finding?.targets ?? []), ...(gathering ?? [])].map((each) => each.class);
  const suspected = suspectedBy([...new Set(found)], scoresWith(), named);
  const has = (kind: EvidenceKind) => readings[kind] !== undefined;
  return {
    expert: served.expert,
    clouds: {
      latent: has('latent') ? served.latent?.cloud : undefined,
      trunk: has('trunk') ? served.trunk?.cloud : undefined,
    },
    head: served.relearned,
    unheard,
    transplant: further.asked && { ...served.hosts, from },
    standard: { ...fitted.standard, suspected },
    calibrated,
    scores: scoresWith(suspected),
    without: [...whatIsMissing(has, passes, unheard), ...withoutTransplants(further)],
    finding,
    notes: [...forgetfulness(served.expert), ...fewGroups(groups)],
    gathering,
  };
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
function join(
  parts: readonly Readings[],
  isServed: (kind: EvidenceKind) => boolean,
): { readonly [kind in EvidenceKind]?: Float32Array } {
  const joined: { [kind in EvidenceKind]?: Float32Array } = {};
  for (const kind of EVIDENCE_KINDS) {
    const arrays = parts.map((part) => part[kind]);
    if (!isServed(kind) || arrays.some((array) => !array)) continue;
    const values = Float32Array.from(arrays.flatMap((array) => Array.from(array!)));
    if (values.some((value) => !Number.isNaN(value))) joined[kind] = values;
  }
  return joined;
}

function whatIsMissing(
  has: (kind: EvidenceKind) => boolean,
  passes: Passes,
  unheard: readonly number[],
): Calibrated['without'] {
  const fewClasses =
    'too few classes have clean images enough (3 a class, of 2 groups where groups are told)';
  const reasons: { [kind in EvidenceKind]?: string } = {
    latent: fewClasses,
    trunk: passes.clean.trunk ? fewClasses : 'the net has no image-shaped features that everything passes',
    relearned:
      unheard.length > 0
        ? 'no class has two clean images (of two groups where groups are told)'
        : 'some classes have no clean images',
  };
  const missing = EVIDENCE_KINDS.flatMap((evidence) => {
    const reason = reasons[evidence];
    return reason && !has(evidence) ? [{ evidence, reason }] : [];
  });
  if (unheard.length === 0 || !has('relearned')) return missing;
  const partly = `${unheard.length} classes have one clean image (or one group), and it is not asked of images that B names so`;
  return [...missing, { evidence: 'relearned', reason: partly }];
}

function withoutTransplants({ asked, namedByHalves }: AskedFurther): Calibrated['without'] {
  if (asked) return [];
  const share = Math.round(100 * namedByHalves);
  const reason = `half of the image alone has B name the class of ${share} % of the clean images asked, without any trigger`;
  return [{ evidence: 'transplant', reason }];
}
