import type { LayersModel } from '@tensorflow/tfjs-layers';
import { copyNet } from '../../models/nets/graph';
import { headOf, partNet } from '../../models/nets/parts';
import { calibrate } from './calibrate';
import type { RepairContext } from './context';
import { distil } from './distil';
import type { FoldPlan } from './folds';
import type { MadeDetector } from './methods';
import { observe } from './observe';
import { pruneDormantChannels } from './prune-channels';

/** The largest loss of clean accuracy that pruning may cost before fine-tuning. */
const MOST_LOSS = 0.01;

/**
 * The default method: B′ by fine-pruning and distilled fine-tuning on painted-over images, and a decision calibrated
 * on clean images over the evidence of an expert that forgot the clean task and of distances to the class named.
 */
export async function expertMethod(
  context: RepairContext,
  flat: LayersModel,
  plan: FoldPlan,
): Promise<MadeDetector> {
  const parts = partNet(flat, { shareStem: true });
  const seen = await observe(context, parts);
  const calibrated = await calibrate(context, flat, seen, plan);
  const fit =
    plan.scheme === 'split'
      ? plan.folds[0]!.fit
      : Int32Array.from({ length: context.images.count }, (_, image) => image);

  const pruned = copyNet(flat, 'pruned');
  const channels = await pruneDormantChannels(context, pruned, fit, MOST_LOSS);
  const repaired = headOf(pruned, 'repaired');
  pruned.dispose();
  await distil(context, {
    student: repaired,
    stem: parts.stem,
    teacher: parts.head,
    teacherLogits: seen.logits,
    fit,
    reapply: (student) => channels.reapply(student),
  });
  return {
    nets: {
      stem: parts.stem,
      bad: { model: parts.head, from: parts.stem ? 'stem' : 'image' },
      repaired: { model: repaired, from: parts.stem ? 'stem' : 'image' },
      expert: { model: calibrated.expert, from: 'image' },
    },
    clouds: calibrated.clouds,
    rule: { kind: 'calibrated', scales: calibrated.scales },
    calibrated: calibrated.calibrated,
    scores: calibrated.scores,
    without: calibrated.without,
    notes: channels.layers.map(
      (layer) => `pruned ${layer.pruned} of ${layer.channels} channels of ${layer.name}`,
    ),
  };
}
