import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Gallery } from '../../../models/detector/gallery';
import { featureNet } from '../../../models/nets/features';
import type { RepairContext } from '../../context';
import { allImages } from '../../images/load';
import { calibrate } from '../calibrate/calibrate';
import { calibrateFamiliarity } from '../calibrate/familiarity';
import type { FindBackdoor, MadeDetector } from '../calibrate/made';
import { gatheringInWords } from '../calibrate/unlabelled';
import type { FoldPlan } from '../choose/folds';
import { chooseViews } from '../observe/choose-views';
import { runPasses } from '../observe/passes';
import { chooseGallery, leaveGroupOut } from '../repaired/choose-gallery';
import { fitGallery } from '../repaired/fit-gallery';
import { withSecondOpinion } from '../repaired/second-opinion';

/**
 * p-value up to which B′ passes over the class that B names: it costs B′ at most that share of clean images.
 * Origin: chosen by hand; not varied.
 */
const PASS_OVER = 0.02;

/**
 * The default method: evidence of an expert that forgot the clean task, of distances to the class named, and of a head
 * relearned from labels (where classes lack images: of transplanted halves), and a decision calibrated on clean images. B′ is
 * B and the relearned head together; it passes over B's class where the evidence speaks against it.
 */
export async function expertMethod(
  context: RepairContext,
  flat: LayersModel,
  plan: FoldPlan,
  findBackdoor: FindBackdoor | undefined,
): Promise<MadeDetector> {
  const bad = featureNet(flat, 'bad');
  const all = allImages(context.images);
  const sample = plan.scheme === 'split' ? plan.folds[0]!.fit : all;
  const passes = await runPasses(context, bad, sample);
  const views = await chooseViews(context, bad.net, passes.clean, sample);
  const made = await calibrate(context, flat, bad, passes, plan, findBackdoor);
  const familiarity = calibrateFamiliarity(context, passes.clean.summaries!, plan);
  const { latent, trunk } = passes.clean;
  const repaired = made.head && withSecondOpinion(bad.net, { latent, trunk, head: made.head });
  let gallery: Gallery | undefined;
  if (repaired && passes.clean.places) {
    const hung = await fitGallery(context, bad.net, passes.clean.places);
    gallery = await chooseGallery(context, bad.net, repaired, hung, made.calibrated);
  }
  return {
    nets: {
      bad: bad.net,
      repaired: repaired && { model: repaired, from: 'bad', unheard: made.unheard },
      expert: made.expert,
      gallery,
    },
    isInGallery: leaveGroupOut(context),
    parts: made.parts,
    familiarity: familiarity.rule,
    rule: { kind: 'calibrated', ...made.standard, passOver: PASS_OVER, views },
    calibrated: made.calibrated,
    scores: made.scores,
    without: made.without,
    finding: made.finding,
    notes: [...made.notes, ...familiarity.notes, ...(made.gathering ? gatheringInWords(made.gathering) : [])],
    gathering: made.gathering,
  };
}
