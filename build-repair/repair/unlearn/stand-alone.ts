import type { LayersModel } from '@tensorflow/tfjs-layers';
import { copyNet } from '../../../models/nets/graph';
import type { RepairContext } from '../../context';
import type { RecoveredTrigger } from '../../finding/trigger';
import { accuracyOn } from '../observe/accuracy';
import { holdOut } from './hold-out';
import { implant, implantedSuccess, ownTriggers } from './implant';
import { unlearningSteps } from './steps';
import { unlearn } from './unlearn';

export { NOT_REPAIRED } from './not-repaired';

/** How a net that stands alone is made. */
export interface MakingAlone {
  /** B: image → logits. */
  readonly bad: LayersModel;
  /** Triggers that were recovered from B. */
  readonly known: readonly RecoveredTrigger[];
  /** What is done to the copy of B before it unlearns. @returns what keeps it so, after each step */
  readonly prune?: ((net: LayersModel, fit: Int32Array) => Promise<(net: LayersModel) => void>) | undefined;
}

/** A repaired net that stands alone, and what it does by itself. */
export interface StandsAlone {
  /** Image → logits. */
  readonly net: LayersModel;
  readonly measured: AloneFigures;
}

/** Measured on clean images that the net was not made from. Shares, 0–1. */
export interface AloneFigures {
  /** How many; 0 where none could be held out. */
  readonly images: number;
  /** Clean accuracy of B and of the repaired net. */
  readonly accuracyBefore: number;
  readonly accuracy: number;
  /** Attack success of the implanted triggers, the highest of them, before and after. */
  readonly implanted: { readonly before: number; readonly after: number };
}

/**
 * Makes the repaired net: into a copy of B triggers of our own are implanted, then it unlearns triggers, whichever they are. That the
 * implanted ones are gone, too, tells that the repair reaches what it doesn't know; it does not prove that B's own are, which were
 * learned from more images and for longer.
 * @throws whatever the context's signal was aborted with
 */
export async function standAlone(
  context: RepairContext,
  { bad, known, prune }: MakingAlone,
): Promise<StandsAlone> {
  const { fit, held } = holdOut(context.images, context.seed);
  const measuredOn = held.length > 0 ? held : fit;
  const triggers = ownTriggers(context);
  const net = copyNet(bad, 'repaired');
  try {
    await implant(context, bad, net, triggers, fit);
    const before = await implantedSuccess(context, net, triggers, measuredOn);
    const afterStep = await prune?.(net, fit);
    await unlearn(context, bad, net, { fit, steps: unlearningSteps(fit.length), known, afterStep });
    const after = await implantedSuccess(context, net, triggers, measuredOn);
    const measured = {
      images: held.length,
      accuracyBefore: await accuracyOn(context, bad, measuredOn),
      accuracy: await accuracyOn(context, net, measuredOn),
      implanted: { before, after },
    };
    return { net, measured };
  } catch (error) {
    net.dispose();
    throw error;
  }
}
