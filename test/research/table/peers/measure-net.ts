import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../../build-repair/context';
import { loadImages } from '../../../../build-repair/images/load';
import { choosePixels } from '../../../../build-repair/repair/choose/pixels';
import { standAlone } from '../../../../build-repair/repair/unlearn/stand-alone';
import type { DetectorNets } from '../../../../models/detector/nets';
import { readNets } from '../../../../models/detector/readings';
import { decide, type Rule, scoresOf } from '../../../../models/detector/rule';
import { RUN_BATCH } from '../../../../models/detector/run';
import { enableTraining } from '../../../../models/engine/training';
import { type ImageSet, imageSize } from '../../../../models/images/set';
import { toLogits } from '../../../../models/keras/logits';
import type { JudgesPixels, Verdict } from '../../../../models/verdict';
import { evaluateTimed, lines, type Repaired, type Run } from '../work';

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
export function disagreeing(nets: DetectorNets): JudgesPixels {
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
