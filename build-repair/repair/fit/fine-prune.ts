import { copyNet } from '../../../models/nets/graph';
import { allImages } from '../../images/load';
import { STAGES } from '../../stages';
import type { Chosen } from '../choose/choose';
import { fineTune } from '../learn/fine-tune';
import { pruneDormantChannels } from './prune-channels';
import type { Pruned } from './pruned';

/** Clean accuracy that fine-pruning may cost before fine-tuning: 4 points, as Liu et al. allow. Origin: Liu et al. 2018. */
const MOST_LOSS = 0.04;
/** Origin: chosen by hand; not varied. */
const EPOCHS = 2;
const LEARNING_RATE = 1e-4;
const BATCH = 64;

/** Fine-pruning (Liu et al., RAID 2018): the channels that clean images leave dormant are pruned, and the net is fine-tuned. */
export async function finePrune({ context, flat }: Pick<Chosen, 'context' | 'flat'>): Promise<Pruned> {
  const repaired = copyNet(flat, 'repaired');
  const all = allImages(context.images);
  const pruned = await pruneDormantChannels(context, repaired, all, MOST_LOSS);
  await fineTune(context, {
    model: repaired,
    epochs: EPOCHS,
    batchSize: BATCH,
    learningRate: LEARNING_RATE,
    fit: all,
    stage: STAGES.tuning,
    stream: 'Fine-tuning the pruned net',
    afterStep: () => pruned.reapply(repaired),
  });
  const notes = pruned.layers.map(
    (layer) => `pruned ${layer.pruned} of ${layer.channels} channels of ${layer.name}`,
  );
  return { kind: 'pruned', repaired, notes };
}
