import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../../build-repair/context';
import { allImages } from '../../../../build-repair/images/load';
import { pruneDormantChannels } from '../../../../build-repair/repair/fit/prune-channels';
import { fineTune } from '../../../../build-repair/repair/learn/fine-tune';
import { copyNet } from '../../../../models/nets/graph';

/** Clean accuracy that pruning may cost: 4 points. Origin: Liu et al. 2018. */
const MOST_LOSS = 0.04;
/** Origin: chosen by hand, as `--method fine-prune` had them before it unlearned triggers. */
const EPOCHS = 2;
const LEARNING_RATE = 1e-4;
const BATCH = 64;

/**
 * Fine-pruning as published, a peer: Liu, Dolan-Gavitt, Garg, "Fine-Pruning", RAID 2018. The channels that clean images leave dormant are
 * pruned, and the net is fine-tuned on clean images as they are.
 * @param bad image → logits; as it was afterwards
 * @param fit the clean images that it is made with; left out: all
 * @returns image → logits, to be disposed by the caller
 */
export async function finePruned(
  context: RepairContext,
  bad: LayersModel,
  fit: Int32Array = allImages(context.images),
): Promise<LayersModel> {
  const repaired = copyNet(bad, 'repaired');
  const pruned = await pruneDormantChannels(context, repaired, fit, MOST_LOSS);
  await fineTune(context, {
    model: repaired,
    epochs: EPOCHS,
    batchSize: BATCH,
    learningRate: LEARNING_RATE,
    fit,
    stage: 'Fine-tuning the pruned net',
    stream: 'Fine-tuning the pruned net',
    afterStep: () => pruned.reapply(repaired),
  });
  return repaired;
}
