import type { LayersModel } from '@tensorflow/tfjs-layers';
import { marginsAgainst } from '../../../models/detector/margin';
import { outputsWithin, valuesOf } from '../../../models/detector/run';
import { copyNet } from '../../../models/nets/graph';
import { first, present } from '../../../models/present';
import type { RepairContext } from '../../context';
import { STAGES } from '../../stages';
import type { Fold } from '../choose/folds';
import { answersOn, eachBatch } from '../observe/accuracy';
import { implant, implantedSuccess, ownTriggers } from './implant';
import { COPY_STEPS } from './steps';
import { unlearn } from './unlearn';

/** What is done to a copy of B before it unlearns. @returns what keeps it so, after each step */
export type Prune = (net: LayersModel, fit: Int32Array) => Promise<(net: LayersModel) => void>;

/** Attack success of the implanted triggers, the highest of them, before and after. Shares, 0–1. */
export interface Implanted {
  readonly before: number;
  readonly after: number;
}

/** Folds are put together to at most so many parts. Origin: chosen for time; not varied. */
const MOST_PARTS = 2;

/** What copies of B that have unlearned say. */
export interface SaidByCopies {
  /** For each image that some fold calibrates on, fold after fold: the margin at B's class, negated, of a copy that did not learn from it. */
  readonly evidence: Float32Array;
  readonly implanted: Implanted;
}

/**
 * Copies of B unlearn triggers, each on the images outside of its part, and say what they make of that; into the first of them triggers of
 * our own are implanted before.
 * @param how.steps of the repaired net; copies take COPY_STEPS of them
 */
export async function unlearnInCopies(
  context: RepairContext,
  {
    bad,
    prune,
    folds,
    mirrored,
    steps,
  }: {
    readonly bad: LayersModel;
    readonly prune?: Prune | undefined;
    readonly folds: readonly Fold[];
    readonly mirrored: boolean;
    readonly steps: number;
  },
): Promise<SaidByCopies> {
  const triggers = ownTriggers(context);
  const evidence: Float32Array[] = [];
  let implanted: Implanted | undefined;
  for (const [place, { fit, calibrate }] of partsOf(folds).entries()) {
    const copy = copyNet(bad, 'copy');
    const success = () => implantedSuccess(context, copy, triggers, calibrate);
    try {
      const isFirst = place === 0;
      if (isFirst) await implant(context, bad, copy, triggers, fit);
      const before = isFirst ? await success() : 0;
      const stage = STAGES.trying(place + 1);
      const afterStep = await prune?.(copy, fit);
      const own = { fit, mirrored, steps: Math.ceil(COPY_STEPS * steps), stage, known: [], afterStep };
      await unlearn(context, bad, copy, own);
      if (isFirst) implanted = { before, after: await success() };
      evidence.push(await marginsOn(context, { bad, copy }, calibrate));
    } finally {
      copy.dispose();
    }
  }
  return {
    evidence: Float32Array.from(evidence.flatMap((part) => Array.from(part))),
    implanted: present(implanted, 'What was implanted'),
  };
}

/** Folds that follow each other as one, that calibrates on all of theirs and fits on what each of them fits on. */
export function partsOf(folds: readonly Fold[]): Fold[] {
  const each = Math.ceil(folds.length / MOST_PARTS);
  return Array.from({ length: Math.ceil(folds.length / each) }, (_, part) => {
    const [first, ...others] = folds.slice(part * each, (part + 1) * each) as [Fold, ...Fold[]];
    return others.reduce((all, fold) => {
      const fitted = new Set(fold.fit);
      return {
        fit: all.fit.filter((image) => fitted.has(image)),
        calibrate: Int32Array.from([...all.calibrate, ...fold.calibrate]),
      };
    }, first);
  });
}

async function marginsOn(
  context: RepairContext,
  { bad, copy }: { readonly bad: LayersModel; readonly copy: LayersModel },
  images: Int32Array,
): Promise<Float32Array> {
  const { classes } = context;
  const predicted = await answersOn(context, bad, images);
  const logits = new Float32Array(images.length * classes);
  let at = 0;
  await eachBatch(context, images, (input) => {
    const values = valuesOf(() => first(outputsWithin(copy, input, context.memory)));
    logits.set(values, at);
    at += values.length;
  });
  return marginsAgainst(logits, classes, predicted);
}
