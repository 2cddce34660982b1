import { marginsAgainst } from '../../../../models/detector/margin';
import { imageTensor, toLogitsBy } from '../../../../models/detector/run';
import { finePruned } from '../../table/peers/fine-pruned';
import type { Peer } from './peer';

/**
 * Fine-pruning (Liu, Dolan-Gavitt, Garg, RAID 2018) as a detector with an α: the net that it makes holds another class against that which
 * B names by a margin, and the larger that is, the more suspicious the image.
 */
export const finePruning: Peer = {
  name: 'fine-pruning',
  async fit(context, bad, fit) {
    const { shape, pixels, classes } = context;
    const pruned = await finePruned(context, bad, fit);
    const logits = toLogitsBy(pruned, (rows, n) => imageTensor(rows, n, shape, pixels));
    return {
      score: async (rows, named) => marginsAgainst(await logits(rows, named.length), classes, named),
      dispose: () => pruned.dispose(),
    };
  },
};
