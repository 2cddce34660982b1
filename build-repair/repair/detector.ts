import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Readings } from '../../models/detector/evidence';
import { distances } from '../../models/detector/mahalanobis';
import { margins, marginsAgainst } from '../../models/detector/margin';
import type { Transplant } from '../../models/detector/nets';
import { imageTensor, outputsOf, valuesOf } from '../../models/detector/run';
import { Random } from '../../models/random';
import { type FittedCloud, fitCloud, whitened } from './cloud';
import type { RepairContext } from './context';
import { type Expert, forget } from './forget';
import type { FeatureSpace, Observations } from './observe';
import type { Passes } from './passes';
import { headScores, relearn } from './relearn';
import type { LinearHead } from './softmax-regression';
import type { FitPart } from './stages';

const BATCH = 64;
/** Clean images that halves of an image are transplanted onto. */
const HOSTS = 12;

/** What each kind of evidence needs, as far as the images suffice for it. */
export interface FittedDetector {
  readonly forgetting: true;
  readonly expert: Expert;
  readonly latent: FittedCloud | undefined;
  readonly trunk: FittedCloud | undefined;
  readonly relearned: LinearHead | undefined;
  /** Classes of which it is not asked. */
  readonly unheard: readonly number[];
  /** Clean images that halves of others are transplanted onto. */
  readonly hosts: Pick<Transplant, 'hosts' | 'count'>;
}

/** What a detector is fitted on. */
export interface FitPlan {
  readonly fit: Int32Array;
  /** Whether a head is relearned from it. */
  readonly relearns: boolean;
  /** Classes of which that head is not asked. */
  readonly unheard: readonly number[];
  readonly part: FitPart;
}

/** Fits all evidence to some of the clean images. */
export async function fitDetector(
  context: RepairContext,
  flat: LayersModel,
  passes: Passes,
  { fit, relearns, unheard, part }: FitPlan,
): Promise<FittedDetector> {
  const { images, classes } = context;
  const cloud = (space: FeatureSpace | undefined, varied: FeatureSpace | undefined) =>
    space &&
    fitCloud(
      space,
      varied ? [{ values: varied.values, rowOf: passes.rowOf }] : [],
      images.labels,
      images.groups,
      fit,
      classes,
    );
  const latent = cloud(passes.clean.latent, passes.varied.latent);
  const trunk = cloud(passes.clean.trunk, passes.varied.trunk);
  return {
    forgetting: true,
    expert: await forget(context, flat, fit, part),
    latent,
    trunk,
    unheard,
    relearned: relearns ? await relearn(context, passes, fit, part) : undefined,
    hosts: drawHosts(context, fit),
  };
}

function drawHosts({ images, seed }: RepairContext, fit: Int32Array): Pick<Transplant, 'hosts' | 'count'> {
  const drawn = new Random(seed, 'hosts').permutation(fit.length).subarray(0, HOSTS);
  const pixels = images.gather(drawn.map((place) => fit[place]!));
  return { count: drawn.length, hosts: Uint8Array.from(pixels, Math.round) };
}

/** The evidence, but for transplants, of clean images that the detector was not fitted on. */
export async function readEvidence(
  context: RepairContext,
  clean: Observations,
  fitted: FittedDetector,
  held: Int32Array,
): Promise<Readings> {
  const { classes } = context;
  const named = held.map((image) => clean.named[image]!);
  const distance = (space: FeatureSpace | undefined, cloud: FittedCloud | undefined) =>
    space && cloud && distances(whitened(space, cloud, held), named, cloud.cloud);
  const forgetting = new Float32Array(held.length);
  for (let start = 0; start < held.length; start += BATCH) {
    context.signal?.throwIfAborted();
    const batch = held.subarray(start, start + BATCH);
    const pixels = context.images.gather(batch);
    const at = named.subarray(start, start + BATCH);
    const logits = valuesOf(
      () =>
        outputsOf(fitted.expert.whole, imageTensor(pixels, batch.length, context.shape, context.pixels))[0]!,
    );
    forgetting.set(margins(logits, classes, at), start);
    await new Promise(setImmediate);
  }
  return {
    confidence: Float32Array.from(held, (image) => clean.margins[image]!),
    forgetting,
    latent: distance(clean.latent, fitted.latent),
    trunk: distance(clean.trunk, fitted.trunk),
    relearned:
      fitted.relearned &&
      marginsAgainst(headScores(fitted.relearned, clean, held), classes, named, fitted.unheard),
  };
}
