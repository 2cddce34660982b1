import type { Readings } from '../../../models/detector/evidence/kind';
import type { Transplant } from '../../../models/detector/nets';
import type { FeatureNet } from '../../../models/nets/features';
import { first } from '../../../models/present';
import type { RepairContext } from '../../context';
import { allImages } from '../../images/load';
import type { Chosen } from '../choose/choose';
import { classesLeftOut, coversAllClasses, type FoldPlan } from '../choose/folds';
import { type FittedDetector, fitDetector, freeFits, readEvidence, settle } from '../evidence/detector';
import { hostDrawer } from '../evidence/hosts';
import type { Passes } from '../observe/clean-image-passes';
import { servedOn } from './served-on';

/** What the detector that was fitted to a fold says of the images that were held out. */
export interface ReadFold {
  readonly images: Int32Array;
  /** The hosts that were drawn for it (see hostDrawer). */
  readonly hosts: Transplant | undefined;
  readonly readings: Readings;
}

/** What was fitted, and the evidence of images that it was not fitted on. */
export interface FittedInFolds {
  /** Fold after fold. */
  readonly read: readonly ReadFold[];
  readonly served: FittedDetector;
  /** Classes of which the linear probe is no evidence. */
  readonly classesNotInProbe: readonly number[];
}

/**
 * Fits a detector to each fold and reads the images held out of it, that no fitting has seen: those of the one split, or, cross-fitted,
 * each image by the detector that was fitted on the other folds; what is served is then fitted on all.
 * @param bad B with its features
 */
export async function fitInFolds(
  { context, flat, plan, hosts, keepsImages }: Chosen,
  bad: FeatureNet,
  passes: Passes,
): Promise<FittedInFolds> {
  const read: ReadFold[] = [];
  const folds: FittedDetector[] = [];
  const { fitsProbe, classesNotInProbe } = planProbe(context, plan);
  const isProbeOfAny = classesNotInProbe.length < context.classes;
  const drawHosts = keepsImages ? hostDrawer(context, hosts) : undefined;
  const fitting = { context, flat, passes };
  for (const [place, fold] of plan.folds.entries()) {
    const stream = `, fold ${place + 1} of ${plan.folds.length}`;
    const own =
      plan.scheme === 'split'
        ? servedOn(plan, context.images)
        : { fit: fold.fit, part: { number: place + 1, stream } };
    const fitted = await fitDetector({
      ...fitting,
      plan: { ...own, fitsProbe: fitsProbe && isProbeOfAny, classesNotInProbe, drawHosts },
    });
    // What is not served has done its part once it has read what was held out of it.
    let isServed = false;
    try {
      const { readings } = await readEvidence(fitted, bad.net, context.images, fold.calibrate);
      read.push({ images: fold.calibrate, hosts: fitted.fits.transplant, readings });
      folds.push(fitted);
      isServed = plan.scheme === 'split';
    } finally {
      if (!isServed) freeFits(fitted);
    }
  }
  if (plan.scheme === 'split') return { read, served: first(folds), classesNotInProbe };
  const all = servedOn(plan, context.images);
  const fitted = await fitDetector({ ...fitting, plan: { ...all, fitsProbe, classesNotInProbe, drawHosts } });
  return { read, served: settle(fitted, folds, context.images.labels), classesNotInProbe };
}

/**
 * Whether a head is relearned, and of which classes it is no evidence. A class whose only group is held out is unknown to that fold's
 * head: it is asked of the other classes. The head that is served knows every class, or there is none.
 */
function planProbe({ images, classes }: RepairContext, plan: FoldPlan) {
  const leftOut = classesLeftOut(plan.folds, images.labels, classes);
  const isPartial =
    plan.scheme === 'cross-fit' && coversAllClasses(images.labels, allImages(images), classes);
  const fitsProbe = leftOut.length === 0 || isPartial;
  return { fitsProbe, classesNotInProbe: fitsProbe ? leftOut : [] };
}
