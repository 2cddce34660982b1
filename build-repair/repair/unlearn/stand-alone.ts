import type { LayersModel } from '@tensorflow/tfjs-layers';
import { copyNet } from '../../../models/nets/graph';
import type { RepairContext } from '../../context';
import type { RecoveredTrigger } from '../../finding/trigger';
import { STAGES } from '../../stages';
import { accuracyOn } from '../observe/accuracy';
import { holdOut } from './hold-out';
import { implant, implantedSuccess, ownTriggers } from './implant';
import { canMirror } from './mirrors';
import { TRIED_STEPS, unlearningSteps } from './steps';
import { type Unlearning, unlearn } from './unlearn';

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
 * Makes the repaired net: a copy of B unlearns triggers, whichever they are. Into another copy triggers of our own are implanted, and
 * that unlearns for a third as long: that they are gone tells that the repair reaches what it doesn't know; it does not prove that B's
 * own are, which were learned from more images and for longer.
 * @throws whatever the context's signal was aborted with
 */
export async function standAlone(context: RepairContext, making: MakingAlone): Promise<StandsAlone> {
  const { bad } = making;
  const split = holdOut(context.images, context.seed);
  const measuredOn = split.held.length > 0 ? split.held : split.fit;
  const { fit } = split;
  const mirrored = await canMirror(context, bad, fit);
  const steps = unlearningSteps(fit.length);
  const implanted = await tryOnImplanted(context, making, {
    fit,
    measuredOn,
    mirrored,
    steps: Math.ceil(steps * TRIED_STEPS),
    stage: STAGES.trying,
  });
  const net = copyNet(bad, 'repaired');
  try {
    await repairCopy(context, making, net, { fit, mirrored, steps, stage: STAGES.unlearning });
    const measured = {
      images: split.held.length,
      accuracyBefore: await accuracyOn(context, bad, measuredOn),
      accuracy: await accuracyOn(context, net, measuredOn),
      implanted,
    };
    return { net, measured };
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/** What a copy unlearns with, and for how long. */
type Work = Pick<Unlearning, 'fit' | 'mirrored' | 'steps' | 'stage'>;

async function repairCopy(
  context: RepairContext,
  { bad, known, prune }: MakingAlone,
  copy: LayersModel,
  work: Work,
): Promise<void> {
  const afterStep = await prune?.(copy, work.fit);
  await unlearn(context, bad, copy, { ...work, known, afterStep });
}

/** Attack success of triggers that are implanted in a copy, before and after it has unlearned. */
async function tryOnImplanted(
  context: RepairContext,
  making: MakingAlone,
  { measuredOn, ...work }: Work & { readonly measuredOn: Int32Array },
): Promise<AloneFigures['implanted']> {
  const triggers = ownTriggers(context);
  const copy = copyNet(making.bad, 'implanted');
  try {
    await implant(context, making.bad, copy, triggers, work.fit);
    const before = await implantedSuccess(context, copy, triggers, measuredOn);
    await repairCopy(context, making, copy, work);
    return { before, after: await implantedSuccess(context, copy, triggers, measuredOn) };
  } finally {
    copy.dispose();
  }
}
