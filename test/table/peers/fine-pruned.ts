import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../build-repair/context';
import { allImages, loadImages } from '../../../build-repair/images/load';
import { choosePixels } from '../../../build-repair/repair/choose/pixels';
import { pruneDormantChannels } from '../../../build-repair/repair/fit/prune-channels';
import { fineTune } from '../../../build-repair/repair/learn/fine-tune';
import { standAlone } from '../../../build-repair/repair/unlearn/stand-alone';
import type { DetectorNets } from '../../../models/detector/nets';
import { readNets } from '../../../models/detector/readings';
import { decide, type Rule, scoresOf } from '../../../models/detector/rule';
import { RUN_BATCH } from '../../../models/detector/run';
import { enableTraining } from '../../../models/engine/training';
import type { GoodNet } from '../../../models/goodnet';
import { type ImageSet, imageSize } from '../../../models/images/set';
import { toLogits } from '../../../models/keras/logits';
import { copyNet } from '../../../models/nets/graph';
import type { Verdict } from '../../../models/verdict';
import { evaluateTimed, lines, type Repaired, type Run } from '../work';

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
 * @returns image → logits, to be disposed by the caller
 */
export async function finePruned(context: RepairContext, bad: LayersModel): Promise<LayersModel> {
  const repaired = copyNet(bad, 'repaired');
  const all = allImages(context.images);
  const pruned = await pruneDormantChannels(context, repaired, all, MOST_LOSS);
  await fineTune(context, {
    model: repaired,
    epochs: EPOCHS,
    batchSize: BATCH,
    learningRate: LEARNING_RATE,
    fit: all,
    stage: 'Fine-tuning the pruned net',
    stream: 'Fine-tuning the pruned net',
    afterStep: () => pruned.reapply(repaired),
  });
  return repaired;
}

/** The repaired net as `goodnet repair` makes it, but without triggers that a finding recovered. To be disposed by the caller. */
export async function unlearned(context: RepairContext, bad: LayersModel): Promise<LayersModel> {
  return (await standAlone(context, { bad, known: [] })).net;
}

/**
 * Repairs a net, and measures it: where it and B disagree, an image is flagged.
 * @param make B, image → logits → the repaired net
 */
export async function measureNet(
  make: (context: RepairContext, bad: LayersModel) => Promise<LayersModel>,
  { net, clean, seed }: Pick<Repaired, 'net' | 'clean' | 'seed'>,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<Run> {
  await enableTraining();
  const images = await loadImages(clean);
  const { inputShape: shape, classes } = net;
  const bad = toLogits(net.model);
  const start = performance.now();
  const asked = { images, shape, classes, seed, progress: lines.report, signal: undefined };
  const { pixels } = await choosePixels(asked, bad, undefined, [
    { name: 'by number', labels: images.labels },
  ]);
  const context = { ...asked, pixels };
  const repaired = await make(context, bad);
  const seconds = (performance.now() - start) / 1000;
  try {
    const measured = await evaluateTimed(
      disagreeing({ bad, repaired, shape, pixels, classes }),
      test,
      poisoned,
    );
    return { ...measured, seconds };
  } finally {
    bad.dispose();
    repaired.dispose();
    images.dispose();
  }
}

/** Flags what B and another net disagree on; without p-values. */
export function disagreeing(nets: DetectorNets): Pick<GoodNet, 'classify'> {
  const rule: Rule = { kind: 'disagreement', calibration: new Float32Array() };
  const size = imageSize(nets.shape);
  return {
    async classify(pixels, n) {
      const verdicts: Verdict[] = [];
      for (let start = 0; start < n; start += RUN_BATCH) {
        const end = Math.min(start + RUN_BATCH, n);
        const read = await readNets(nets, new Map(), pixels.subarray(start * size, end * size), end - start);
        verdicts.push(...decide(read, scoresOf(read, rule), rule, nets.classes));
      }
      return verdicts;
    },
  };
}
