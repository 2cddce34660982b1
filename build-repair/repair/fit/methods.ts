import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Method } from '../../../models/bundle/manifest';
import { copyNet } from '../../../models/nets/graph';
import type { RepairContext } from '../../context';
import { allImages } from '../../images/load';
import { STAGES } from '../../stages';
import type { FindBackdoor, MadeDetector } from '../calibrate/made';
import type { FoldPlan } from '../choose/folds';
import { fineTune } from '../learn/fine-tune';
import { expertMethod } from './expert';
import { magnitudePrune } from './magnitude';
import { pruneDormantChannels } from './prune-channels';

type RunMethod = (
  context: RepairContext,
  flat: LayersModel,
  plan: FoldPlan,
  findBackdoor?: FindBackdoor,
) => Promise<MadeDetector>;

/** Every `--method`, by name. @param flat B, flat, ending in logits */
export const methods: Record<Method, RunMethod> = {
  expert: expertMethod,
  magnitude: async (context, flat) => {
    const repaired = await magnitudePrune(context, flat);
    return byDisagreement(context, flat, repaired, []);
  },
  'fine-prune': finePrune,
};

/** Clean accuracy that fine-pruning may cost before fine-tuning: 4 points, as Liu et al. allow. Origin: Liu et al. 2018. */
const MOST_LOSS = 0.04;
/** Origin: chosen by hand; not varied. */
const FINE_PRUNE_EPOCHS = 2;
const FINE_PRUNE_RATE = 1e-4;
const FINE_PRUNE_BATCH = 64;

async function finePrune(context: RepairContext, flat: LayersModel): Promise<MadeDetector> {
  const repaired = copyNet(flat, 'repaired');
  const all = allImages(context.images);
  const pruned = await pruneDormantChannels(context, repaired, all, MOST_LOSS);
  await fineTune(context, {
    model: repaired,
    epochs: FINE_PRUNE_EPOCHS,
    batchSize: FINE_PRUNE_BATCH,
    learningRate: FINE_PRUNE_RATE,
    fit: all,
    stage: STAGES.tuning,
    stream: 'Fine-tuning the pruned net',
    afterStep: () => pruned.reapply(repaired),
  });
  const notes = pruned.layers.map(
    (layer) => `pruned ${layer.pruned} of ${layer.channels} channels of ${layer.name}`,
  );
  return byDisagreement(context, flat, repaired, notes);
}

/** G = N where B and B′ disagree. */
function byDisagreement(
  context: RepairContext,
  flat: LayersModel,
  repaired: LayersModel,
  notes: string[],
): MadeDetector {
  return {
    nets: {
      bad: copyNet(flat, 'bad'),
      repaired: { model: repaired, from: 'image' },
      expert: undefined,
    },
    parts: {},
    rule: { kind: 'disagreement' },
    calibrated: allImages(context.images),
    scores: undefined,
    without: [],
    notes,
  };
}
