import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type EvidenceScale, type Readings, scaleOf, suspicion } from '../../models/detector/evidence';
import { distances } from '../../models/detector/mahalanobis';
import { margins } from '../../models/detector/margin';
import { type Clouds, imageTensor, outputsOf } from '../../models/detector/nets';
import { type FittedCloud, fitCloud, whitened } from './cloud';
import type { RepairContext } from './context';
import type { Fold, FoldPlan } from './folds';
import { forget } from './forget';
import type { FeatureSpace, Observations } from './observe';

const BATCH = 64;

/** A detector and the evidence of the clean images that it was calibrated on. */
export interface Calibrated {
  readonly expert: LayersModel;
  readonly clouds: Clouds;
  readonly scales: readonly EvidenceScale[];
  /** Calibration images, in the order of their scores. */
  readonly calibrated: Int32Array;
  /** Their scores. */
  readonly scores: Float32Array;
  readonly without: { evidence: string; reason: string }[];
}

interface FittedDetector {
  readonly expert: LayersModel;
  readonly latent: FittedCloud | undefined;
  readonly trunk: FittedCloud | undefined;
}

/**
 * Fits E and the clouds, and scores clean images that no fitting has seen: those of the one split, or, cross-fitted,
 * each image by the detector that was fitted on the other folds; the detector that is served is then fitted on all.
 */
export async function calibrate(
  context: RepairContext,
  flat: LayersModel,
  seen: Observations,
  plan: FoldPlan,
): Promise<Calibrated> {
  const parts: { images: Int32Array; readings: Readings }[] = [];
  let served: FittedDetector | undefined;
  for (const [place, fold] of plan.folds.entries()) {
    const stage =
      plan.scheme === 'split' ? 'Forgetting' : `Forgetting, fold ${place + 1} of ${plan.folds.length}`;
    const fitted = await fitDetector(context, flat, seen, fold.fit, stage);
    parts.push({ images: fold.calibrate, readings: await read(context, seen, fitted, fold) });
    if (plan.scheme === 'split') served = fitted;
    else fitted.expert.dispose();
  }
  if (!served) {
    const all = Int32Array.from({ length: context.images.count }, (_, image) => image);
    served = await fitDetector(context, flat, seen, all, 'Forgetting, on all');
  }
  const calibrated = joined(parts.map((part) => part.images));
  const readings = { ...joinReadings(parts.map((part) => part.readings)) };
  const without: Calibrated['without'] = [];
  for (const kind of ['latent', 'trunk'] as const) {
    if (served[kind] && readings[kind]?.some((value) => !Number.isNaN(value))) continue;
    delete readings[kind];
    without.push({ evidence: kind, reason: whyNoCloud(kind, seen) });
  }
  const scales = (['forgetting', 'latent', 'trunk'] as const)
    .filter((kind) => readings[kind])
    .map((kind) => scaleOf(kind, readings[kind]!));
  return {
    expert: served.expert,
    clouds: {
      latent: readings.latent && served.latent?.cloud,
      trunk: readings.trunk && served.trunk?.cloud,
    },
    scales,
    calibrated,
    scores: suspicion(readings, scales, calibrated.length),
    without,
  };
}

async function fitDetector(
  context: RepairContext,
  flat: LayersModel,
  seen: Observations,
  images: Int32Array,
  stage: string,
): Promise<FittedDetector> {
  const { labels, groups } = context.images;
  const cloud = (space: FeatureSpace | undefined) =>
    space && fitCloud(space, labels, groups, images, context.classes);
  return {
    latent: cloud(seen.latent),
    trunk: cloud(seen.trunk),
    expert: await forget(context, flat, images, stage),
  };
}

/** The evidence of a fold's calibration images. */
async function read(
  { images, shape, pixels, classes, signal }: RepairContext,
  seen: Observations,
  fitted: FittedDetector,
  fold: Fold,
): Promise<Readings> {
  const named = fold.calibrate.map((image) => seen.named[image]!);
  const forgetting = new Float32Array(fold.calibrate.length);
  for (let start = 0; start < fold.calibrate.length; start += BATCH) {
    signal?.throwIfAborted();
    const batch = fold.calibrate.subarray(start, start + BATCH);
    const logits = tf.tidy(
      () =>
        outputsOf(
          fitted.expert,
          imageTensor(images.gather(batch), batch.length, shape, pixels),
        )[0]!.dataSync() as Float32Array,
    );
    forgetting.set(margins(logits, classes, named.subarray(start, start + BATCH)), start);
  }
  const distance = (space: FeatureSpace | undefined, cloud: FittedCloud | undefined) =>
    space && cloud && distances(whitened(space, cloud, fold.calibrate), named, cloud.cloud);
  return {
    forgetting,
    latent: distance(seen.latent, fitted.latent),
    trunk: distance(seen.trunk, fitted.trunk),
  };
}

function joined(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((part) => Array.from(part)));
}

/** A kind of evidence that one fold goes without is left out of all. */
function joinReadings(parts: readonly Readings[]): { [kind in keyof Readings]: Float32Array } {
  const join = (kind: keyof Readings) => {
    const arrays = parts.map((part) => part[kind]);
    if (arrays.some((array) => !array)) return undefined;
    return Float32Array.from(arrays.flatMap((array) => Array.from(array!)));
  };
  return { forgetting: join('forgetting'), latent: join('latent'), trunk: join('trunk') };
}

function whyNoCloud(kind: 'latent' | 'trunk', seen: Observations): string {
  if (!seen[kind]) return 'the net has no image-shaped features that everything passes';
  return 'too few classes have clean images enough (3 a class, of 2 groups where groups are told)';
}
