import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../build-repair/context';
import { allImages, type LoadedImages } from '../../../build-repair/images/load';
import type { FoldPlan } from '../../../build-repair/repair/choose/folds';
import { fitDetector, freeFits, readEvidence } from '../../../build-repair/repair/evidence/detector';
import { hostDrawer } from '../../../build-repair/repair/evidence/hosts';
import { runPasses } from '../../../build-repair/repair/observe/clean-image-passes';
import { unlearnInCopies } from '../../../build-repair/repair/unlearn/copies';
import { holdOut } from '../../../build-repair/repair/unlearn/hold-out';
import { canMirror } from '../../../build-repair/repair/unlearn/mirrors';
import { unlearningSteps } from '../../../build-repair/repair/unlearn/steps';
import { repaired } from '../../../models/detector/evidence/repaired';
import {
  loadTransplant,
  type RegionMargins,
  transplant,
  transplantMargins,
} from '../../../models/detector/evidence/transplant';
import type { DetectorNets, Transplant } from '../../../models/detector/nets';
import { type Readers, readNets } from '../../../models/detector/readings';
import { RUN_BATCH } from '../../../models/detector/run';
import { marginsOf } from '../../../models/detector/transplant-queries';
import { REGIONS } from '../../../models/detector/transplant-regions';
import { featureNet } from '../../../models/nets/features';
import type { Read } from './collected';

type Evidence = Pick<Read, 'evidence' | 'predicted'>;

/** Reads some images by a detector that is ready to. */
export async function readBy(
  nets: DetectorNets,
  readers: Readers,
  images: LoadedImages,
  which: Int32Array,
): Promise<Evidence> {
  const parts: Evidence[] = [];
  for (let start = 0; start < which.length; start += RUN_BATCH) {
    const batch = which.subarray(start, start + RUN_BATCH);
    const { bad, evidence } = await readNets(nets, readers, images.gather(batch), batch.length);
    parts.push({ evidence, predicted: bad.classes });
  }
  return joinEvidence(parts);
}

/** The margins of every region of some images. @param part the hosts */
export async function regionMargins(
  nets: DetectorNets,
  part: Transplant,
  images: LoadedImages,
  which: Int32Array,
): Promise<Float32Array> {
  const bare = { ...nets, repaired: undefined, gallery: undefined };
  const loaded = loadTransplant(bare, part);
  const ofRegions: RegionMargins = (...of) => transplantMargins(loaded, ...of);
  const readers = new Map([[transplant.name, transplant.open(part, bare)!]]);
  const margins = new Float32Array(which.length * REGIONS.length);
  for (let start = 0; start < which.length; start += RUN_BATCH) {
    const batch = which.subarray(start, start + RUN_BATCH);
    const read = await readNets(bare, readers, images.gather(batch), batch.length);
    margins.set(await marginsOf(read, Array.from(batch.keys()), ofRegions, REGIONS), start * REGIONS.length);
  }
  return margins;
}

/**
 * The evidence of the calibration images where folds are cross-fitted: a bundle has the detector of all images alone, so the folds' are
 * fitted again as `repair` fits them. That it comes to the same is checked by the scores (see checkAsItIs).
 * @param flat B, flat, ending in logits
 * @param nets of the bundle
 */
export async function readFolds(
  context: RepairContext,
  flat: LayersModel,
  plan: FoldPlan,
  { relearned }: DetectorNets,
): Promise<Evidence> {
  const bad = featureNet(flat, 'bad');
  const passes = await runPasses(context, bad, allImages(context.images), false);
  const classesNotInProbe = relearned?.classesNotInProbe ?? [];
  const fitsProbe = relearned !== undefined && classesNotInProbe.length < context.classes;
  const parts: Evidence[] = [];
  for (const [place, { fit, calibrate }] of plan.folds.entries()) {
    const stream = `, fold ${place + 1} of ${plan.folds.length}`;
    const fitted = await fitDetector({
      context,
      flat,
      passes,
      plan: { fit, fitsProbe, classesNotInProbe, drawHosts: undefined, part: { number: place + 1, stream } },
    });
    const { readings, predicted } = await readEvidence(fitted, bad.net, context.images, calibrate);
    parts.push({ evidence: readings, predicted });
    freeFits(fitted);
  }
  bad.net.dispose();
  const { evidence, predicted } = joinEvidence(parts);
  const own = await byCopies(context, flat, plan);
  return { evidence: { ...evidence, [repaired.name]: own }, predicted };
}

/** What the repaired net is as evidence of the calibration images: by copies that did not learn from them. */
export async function byCopies(
  context: RepairContext,
  flat: LayersModel,
  { folds }: FoldPlan,
): Promise<Float32Array> {
  const { fit } = holdOut(context.images, context.seed);
  const mirrored = await canMirror(context, flat, fit);
  const steps = unlearningSteps(fit.length);
  return (await unlearnInCopies(context, { bad: flat, folds, mirrored, steps })).evidence;
}

/** The margins of the calibration images, each on the hosts that its fold drew. */
export async function foldMargins(
  context: RepairContext,
  plan: FoldPlan,
  nets: DetectorNets,
  from: Transplant['from'],
): Promise<Float32Array> {
  const drawHosts = hostDrawer(context, undefined);
  const parts: Float32Array[] = [];
  for (const { fit, calibrate } of plan.folds)
    parts.push(await regionMargins(nets, { from, ...drawHosts(fit) }, context.images, calibrate));
  return joined(parts);
}

/** The kinds that all have, one after the other. */
function joinEvidence(parts: readonly Evidence[]): Evidence {
  const kinds = Object.keys(parts[0]!.evidence).filter((kind) =>
    parts.every(({ evidence }) => evidence[kind]),
  );
  return {
    evidence: Object.fromEntries(
      kinds.map((kind) => [kind, joined(parts.map(({ evidence }) => evidence[kind]!))]),
    ),
    predicted: Int32Array.from(parts.flatMap(({ predicted }) => Array.from(predicted))),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}
