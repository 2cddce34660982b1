import type { LayersModel } from '@tensorflow/tfjs-layers';
import { copyNet } from '../../../models/nets/graph';
import type { RepairContext } from '../../context';
import type { RecoveredTrigger } from '../../finding/trigger';
import { STAGES } from '../../stages';
import type { Fold } from '../choose/folds';
import { accuracyOn } from '../observe/accuracy';
import { type Implanted, type Prune, unlearnInCopies } from './copies';
import { holdOut } from './hold-out';
import { canMirror } from './mirrors';
import { unlearningSteps } from './steps';
import { unlearn } from './unlearn';

export { NOT_REPAIRED } from './not-repaired';

/** How a net that stands alone is made. */
export interface MakingAlone {
  /** B: image → logits. */
  readonly bad: LayersModel;
  /** Triggers that were recovered from B. */
  readonly known: readonly RecoveredTrigger[];
  /** Where the repaired net is evidence: how images are parted for calibration. */
  readonly folds?: readonly Fold[] | undefined;
  readonly prune?: Prune | undefined;
}

/** A repaired net that stands alone, and what it does by itself. */
export interface StandsAlone {
  /** Image → logits. */
  readonly net: LayersModel;
  readonly measured: AloneFigures;
  /** Of the images that are calibrated on, fold after fold: what the kind `repaired` says of them by nets that did not learn from them. */
  readonly evidence: Float32Array;
}

/** Measured on clean images that the net was not made from. Shares, 0–1. */
export interface AloneFigures {
  /** How many; 0 where none could be held out. */
  readonly images: number;
  /** Clean accuracy of B and of the repaired net. */
  readonly accuracyBefore: number;
  readonly accuracy: number;
  readonly implanted: Implanted;
}

/**
 * Makes the repaired net: a copy of B unlearns triggers, whichever they are. Other copies do so, each without some of the images, which it
 * then says what it makes of. Into one of them triggers of our own are implanted: that they are gone tells that the repair reaches what it
 * doesn't know; it does not prove that B's own are, which were learned from more images and for longer.
 * @throws whatever the context's signal was aborted with
 */
export async function standAlone(context: RepairContext, making: MakingAlone): Promise<StandsAlone> {
  const { bad, known, prune } = making;
  const split = holdOut(context.images, context.seed);
  const { fit } = split;
  const measuredOn = split.held.length > 0 ? split.held : fit;
  const mirrored = await canMirror(context, bad, fit);
  const steps = unlearningSteps(fit.length);
  const folds = making.folds ?? [{ fit, calibrate: measuredOn }];
  const { evidence, implanted } = await unlearnInCopies(context, { bad, prune, folds, mirrored, steps });
  const net = copyNet(bad, 'repaired');
  try {
    const afterStep = await prune?.(net, fit);
    await unlearn(context, bad, net, { fit, mirrored, steps, stage: STAGES.unlearning, known, afterStep });
    const measured = {
      images: split.held.length,
      accuracyBefore: await accuracyOn(context, bad, measuredOn),
      accuracy: await accuracyOn(context, net, measuredOn),
      implanted,
    };
    return { net, measured, evidence };
  } catch (error) {
    net.dispose();
    throw error;
  }
}
