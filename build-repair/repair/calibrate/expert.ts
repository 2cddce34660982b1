import type { Gallery } from '../../../models/detector/gallery';
import { present } from '../../../models/present';
import type { Finding } from '../../finding/types';
import type { Chosen } from '../choose/choose';
import type { FittedExpert } from '../fit/expert';
import { chooseGallery, leaveGroupOut } from '../true-class/choose-gallery';
import { fitGallery } from '../true-class/fit-gallery';
import { withSecondOpinion } from '../true-class/second-opinion';
import type { StandsAlone } from '../unlearn/stand-alone';
import { calibrateDecision } from './decision';
import { calibrateFamiliarity } from './familiarity';
import type { MadeDetector } from './made-detector';
import { suspectedTargetsInWords } from './unlabelled';

/**
 * p-value up to which B′ passes over the class that B names: it costs B′ at most that share of clean images.
 * Origin: chosen by hand; not varied.
 */
const PASS_OVER = 0.02;

/**
 * The default method: a decision, and what tells how familiar a picture is, calibrated on clean images. B′ is B and the linear probe
 * together; it passes over B's class where the evidence speaks against it.
 */
export async function calibrateExpert(
  chosen: Chosen,
  fitted: FittedExpert,
  finding: Finding | undefined,
  alone: StandsAlone | undefined,
): Promise<MadeDetector> {
  const { context, plan, keepsImages } = chosen;
  const { bad, passes, served, classesNotInProbe, views } = fitted;
  const decision = await calibrateDecision(chosen, fitted, finding, alone);
  const summaries = present(passes.clean.summaries, 'What tells how familiar a picture is');
  const familiarity = calibrateFamiliarity(context, summaries, plan, keepsImages);
  const { forgetting: expert, relearned: head } = served.fits;
  const { latent, trunk, places } = passes.clean;
  const relearned = head && withSecondOpinion(bad.net, { latent, trunk, head });
  let gallery: Gallery | undefined;
  try {
    if (relearned && places) {
      const whole = await fitGallery(context, bad.net, places);
      gallery = await chooseGallery(context, bad.net, relearned, whole, decision.calibrated);
    }
  } catch (error) {
    relearned?.dispose();
    throw error;
  }
  const { shape, pixels, classes } = context;
  const { parts, standard, calibrated, scores, without, notes, suspectedTargets } = decision;
  return {
    nets: {
      bad: bad.net,
      relearned: relearned && { model: relearned, classesNotInProbe },
      repaired: alone?.net,
      expert,
      gallery,
      shape,
      pixels,
      classes,
    },
    isInGallery: leaveGroupOut(context),
    parts,
    familiarity: familiarity.rule,
    rule: { kind: 'calibrated', ...standard, passOver: PASS_OVER, views },
    calibrated,
    scores,
    alone: alone?.measured,
    without,
    finding,
    notes: [
      ...notes,
      ...familiarity.notes,
      ...(suspectedTargets ? suspectedTargetsInWords(suspectedTargets) : []),
    ],
    suspectedTargets,
    dispose: () => relearned?.dispose(),
  };
}
