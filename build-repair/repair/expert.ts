import type { LayersModel } from '@tensorflow/tfjs-layers';
import { copyNet } from '../../models/nets/graph';
import { headOf, type NetParts, partNet } from '../../models/nets/parts';
import { calibrate } from './calibrate';
import type { RepairContext } from './context';
import { distil } from './distil';
import type { FoldPlan } from './folds';
import type { MadeDetector } from './methods';
import { type Observations, observe } from './observe';
import { type PrunedChannels, pruneDormantChannels } from './prune-channels';
import { coversAllClasses, relearn } from './relearn';

/** The largest loss of clean accuracy that pruning may cost before fine-tuning. */
const MOST_LOSS = 0.01;

/**
 * The default method: B′ by fine-pruning and a head relearned from clean labels on varied, painted-over images (where
 * classes are missing: by distilled fine-tuning), and a decision calibrated on clean images over the evidence of an
 * expert that forgot the clean task and of distances to the class named.
 */
export async function expertMethod(
  context: RepairContext,
  flat: LayersModel,
  plan: FoldPlan,
): Promise<MadeDetector> {
  const parts = partNet(flat, { shareStem: true });
  const seen = await observe(context, parts, { stage: 'Running B over the clean images' });
  const calibrated = await calibrate(context, flat, seen, plan);
  const fit =
    plan.scheme === 'split'
      ? plan.folds[0]!.fit
      : Int32Array.from({ length: context.images.count }, (_, image) => image);

  const pruned = copyNet(flat, 'pruned');
  const channels = await pruneDormantChannels(context, pruned, fit, MOST_LOSS);
  const made = coversAllClasses(context.images.labels, fit, context.classes)
    ? await relearned(context, pruned, fit, plan.scheme === 'split' ? plan.folds[0]!.calibrate : undefined)
    : await distilled(context, pruned, channels, parts, seen, fit);
  pruned.dispose();
  return {
    nets: {
      stem: parts.stem,
      bad: { model: parts.head, from: parts.stem ? 'stem' : 'image' },
      repaired: { model: made.repaired, from: parts.stem ? 'stem' : 'image' },
      expert: { model: calibrated.expert, from: 'image' },
    },
    clouds: calibrated.clouds,
    rule: { kind: 'calibrated', scales: calibrated.scales },
    calibrated: calibrated.calibrated,
    scores: calibrated.scores,
    without: calibrated.without,
    notes: [
      ...channels.layers.map(
        (layer) => `pruned ${layer.pruned} of ${layer.channels} channels of ${layer.name}`,
      ),
      ...made.notes,
    ],
  };
}

async function relearned(
  context: RepairContext,
  pruned: LayersModel,
  fit: Int32Array,
  held: Int32Array | undefined,
) {
  const parts = partNet(pruned, { shareStem: true });
  const made = await relearn(context, parts, fit, held);
  parts.stem?.dispose();
  parts.head.dispose();
  return made;
}

async function distilled(
  context: RepairContext,
  pruned: LayersModel,
  channels: PrunedChannels,
  parts: NetParts,
  seen: Observations,
  fit: Int32Array,
) {
  const repaired = headOf(pruned, 'repaired');
  await distil(context, {
    student: repaired,
    stem: parts.stem,
    teacher: parts.head,
    teacherLogits: seen.logits,
    fit,
    reapply: (student) => channels.reapply(student),
  });
  return { repaired, notes: ['fine-tuned, not relearned: some classes have no clean images'] };
}
