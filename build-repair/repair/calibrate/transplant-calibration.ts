import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  loadTransplant,
  type RegionMargins,
  transplant,
  transplantMargins,
} from '../../../models/detector/evidence/transplant';
import type { Transplant } from '../../../models/detector/nets';
import { readNets } from '../../../models/detector/readings';
import { RUN_BATCH } from '../../../models/detector/run';
import { quantile } from '../../../models/detector/scale';
import { ASK_ALL } from '../../../models/detector/score';
import { marginsOf, transplantCandidates } from '../../../models/detector/transplant-queries';
import { namedByHalves, REGIONS, tellTriggers } from '../../../models/detector/transplant-regions';
import { present } from '../../../models/present';
import type { RepairContext } from '../../context';
import { STAGES } from '../../stages';
import type { CalibrationTransplants } from './standard';

/**
 * Share of clean images that are asked further, where the first evidence is complete: it misses little.
 * Origin: chosen by hand; not varied. `npm run ablation -- --only ask-from` prints what asking every image would change.
 */
const TRANSPLANTED_SHARE = 0.2;
/**
 * With fewer clean images than these an expert that forgot on them is a poor judge: what the first score is then worth beside the
 * transplants. Chosen on self-made backdoors with 192 images of faces (a stealthy sinusoid: 51 % at the full weight, 94 % at this);
 * with 2,370 of signs (an ellipse) this found 82 % where the full weight finds 85.
 * Origin: those self-made nets, their trial’s code gone; signs-ellipse-plain had been measured before (docs/method.md, "What
 * was decided on what"). `npm run ablation -- --only first-weight` prints what the weight changes.
 */
const FEW_IMAGES = 1000;
const THIN = 0.6;

/** Calibration images of one fold, and the hosts that were drawn for it (see hostDrawer). */
export interface FoldWithHosts {
  readonly images: Int32Array;
  readonly hosts: Transplant | undefined;
}

/** What comes of asking the calibration images further. */
export interface TransplantResult {
  /** Undefined where it tells nothing of triggers. */
  readonly transplants: CalibrationTransplants | undefined;
  /** The share of those asked that a half alone has B name, 0–1; undefined where there are no hosts to ask with. */
  readonly namedByHalves: number | undefined;
}

/**
 * Asks the calibration images further.
 * @param scores the first scores of all calibration images, fold after fold
 * @param net B with its features, and the rest of it behind the cut; without, images themselves are cut
 * @param complete whether distances and the linear probe are among it; without, every image is asked
 */
export async function transplantCalibration(
  context: RepairContext,
  { net, from }: { readonly net: LayersModel; readonly from: Transplant['from'] },
  folds: readonly FoldWithHosts[],
  scores: Float32Array,
  complete: boolean,
): Promise<TransplantResult> {
  if (folds.some(({ hosts }) => !hosts)) return { transplants: undefined, namedByHalves: undefined };
  const n = scores.length;
  const firstWeight = complete || n >= FEW_IMAGES ? 1 : THIN;
  const join = complete ? ('sum' as const) : ('larger' as const);
  const askFrom = complete ? quantile(scores.slice().sort(), 1 - TRANSPLANTED_SHARE) : ASK_ALL;
  const margins: number[] = [];
  const queried: number[] = [];
  let start = 0;
  const total = transplantCandidates(scores, askFrom).length;
  const nets = { ...context, bad: net, relearned: undefined };
  for (const { images, hosts } of folds) {
    const candidates = transplantCandidates(scores.subarray(start, start + images.length), askFrom);
    const part = { ...present(hosts, 'Images that halves are transplanted onto'), from };
    const loaded = loadTransplant(nets, part);
    const ofRegions: RegionMargins = (...of) => transplantMargins(loaded, ...of);
    const readers = new Map([[transplant.name, present(transplant.open(part, nets), 'The reader')]]);
    for (let at = 0; at < candidates.length; at += RUN_BATCH) {
      context.signal?.throwIfAborted();
      const batch = candidates.slice(at, at + RUN_BATCH);
      const pixels = context.images.gather(batch.map((i) => images[i]!));
      const read = await readNets(nets, readers, pixels, batch.length);
      const all = Array.from(batch.keys());
      for (const margin of await marginsOf(read, all, ofRegions, REGIONS)) margins.push(margin);
      context.progress({ stage: STAGES.calibrating, done: queried.length + at + batch.length, total });
      await new Promise(setImmediate);
    }
    for (const i of candidates) queried.push(start + i);
    start += images.length;
  }
  const all = Float32Array.from(margins);
  const named = namedByHalves(all);
  const transplants = tellTriggers(named)
    ? { askFrom, images: queried, margins: all, join, firstWeight }
    : undefined;
  return { transplants, namedByHalves: named };
}
