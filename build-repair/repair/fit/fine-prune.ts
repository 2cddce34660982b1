import type { Chosen } from '../choose/choose';
import { standAlone } from '../unlearn/stand-alone';
import { type PrunedChannels, pruneDormantChannels } from './prune-channels';
import type { Pruned } from './pruned';

/** Clean accuracy that fine-pruning may cost before fine-tuning: 4 points, as Liu et al. allow. Origin: Liu et al. 2018. */
const MOST_LOSS = 0.04;

/**
 * Fine-pruning (Liu et al., RAID 2018): the channels that clean images leave dormant are pruned, and the net is fine-tuned; not on clean
 * images as they are, which leaves most backdoors as they were, but so that it unlearns triggers (see unlearn).
 */
export async function finePrune({ context, flat }: Pick<Chosen, 'context' | 'flat'>): Promise<Pruned> {
  let pruned: PrunedChannels['layers'] = [];
  const { net, measured } = await standAlone(context, {
    bad: flat,
    known: [],
    prune: async (copy, fit) => {
      const channels = await pruneDormantChannels(context, copy, fit, MOST_LOSS);
      pruned = channels.layers;
      return (trained) => channels.reapply(trained);
    },
  });
  const notes = pruned.map(
    (layer) => `pruned ${layer.pruned} of ${layer.channels} channels of ${layer.name}`,
  );
  return { kind: 'pruned', repaired: net, alone: measured, notes, dispose: () => net.dispose() };
}
