import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../../build-repair/context';
import { allImages, loadImages } from '../../../../build-repair/images/load';
import { type FoldPlan, planFolds } from '../../../../build-repair/repair/choose/folds';
import { choosePixels } from '../../../../build-repair/repair/choose/pixels';
import { pValue } from '../../../../models/detector/conformal';
import { answers } from '../../../../models/detector/margin';
import { imageTensor, RUN_BATCH, toLogitsBy } from '../../../../models/detector/run';
import { enableTraining } from '../../../../models/engine/training';
import { imageSize } from '../../../../models/images/set';
import { toLogits } from '../../../../models/keras/logits';
import { lines, type Repaired } from '../../table/work';
import type { Judge } from '../scores';

/** A detector that others have published. */
export interface Peer {
  readonly name: string;
  /**
   * Fits it to some of the clean images.
   * @param bad B: image → logits; as it was afterwards
   * @param stream tells this fit from others on the same seed
   */
  fit(context: RepairContext, bad: LayersModel, fit: Int32Array, stream: string): Promise<Scorer>;
}

/** A peer that was fitted. */
export interface Scorer {
  /**
   * @param pixels n × height × width × channels values of 0–255
   * @param named the class that B names for each of the n images
   * @returns n finite scores, higher for more suspicious images
   */
  score(pixels: Float32Array, named: Int32Array): Promise<Float32Array>;
  /** Frees its tensors. */
  dispose(): void;
}

/** A peer that decides, and which way it was calibrated. */
export interface CalibratedPeer extends Judge {
  readonly scheme: FoldPlan['scheme'];
  dispose(): void;
}

/**
 * Calibrates a peer on the images that GoodNet is calibrated on, as GoodNet is (planFolds): on the two ninths that it was not fitted on
 * where these are enough, else in four folds, each scored by a fit to the other three; what then decides is fitted to all. An image's
 * p-value is the conformal one.
 */
export async function calibrated(
  peer: Peer,
  { net, clean, seed }: Pick<Repaired, 'net' | 'clean' | 'seed'>,
): Promise<CalibratedPeer> {
  await enableTraining();
  const images = await loadImages(clean);
  const bad = toLogits(net.model);
  const { inputShape: shape, classes } = net;
  const asked = { images, shape, classes, seed, progress: lines.report, signal: undefined };
  const { pixels } = await choosePixels(asked, bad, undefined, [
    { name: 'by number', labels: images.labels },
  ]);
  const context = { ...asked, pixels };
  const name = toLogitsBy(bad, (rows, n) => imageTensor(rows, n, shape, pixels));
  const size = imageSize(shape);

  /** The classes that B names for n images, and their scores. */
  const judge = async (scorer: Scorer, rows: Float32Array, n: number) => {
    const said = answers(await name(rows, n), classes);
    return { said, scores: await scorer.score(rows, said.classes) };
  };
  const { scheme, folds } = planFolds(images.labels, images.groups, classes, seed);
  const ascending: number[] = [];
  let served: Scorer | undefined;
  for (const [place, fold] of folds.entries()) {
    const stream = `${peer.name}, fold ${place + 1} of ${folds.length}`;
    const scorer = await peer.fit(context, bad, fold.fit, stream);
    for (let start = 0; start < fold.calibrate.length; start += RUN_BATCH) {
      const batch = fold.calibrate.subarray(start, start + RUN_BATCH);
      ascending.push(...(await judge(scorer, images.gather(batch), batch.length)).scores);
      lines.report({
        stage: `Calibrating ${stream}`,
        done: start + batch.length,
        total: fold.calibrate.length,
      });
    }
    if (scheme === 'split') served = scorer;
    else scorer.dispose();
  }
  const last = served ?? (await peer.fit(context, bad, allImages(images), `${peer.name}, on all`));
  const sorted = Float32Array.from(ascending).sort();
  return {
    scheme,
    async classify(rows, n) {
      const judgements = [];
      for (let start = 0; start < n; start += RUN_BATCH) {
        const count = Math.min(RUN_BATCH, n - start);
        const batch = Float32Array.from(rows.subarray(start * size, (start + count) * size));
        const { said, scores } = await judge(last, batch, count);
        for (const [i, suspicion] of scores.entries()) {
          const answer = { class: said.classes[i]!, probability: said.probabilities[i]! };
          judgements.push({ bad: answer, suspicion, pValue: pValue(sorted, suspicion) });
        }
      }
      return judgements;
    },
    dispose() {
      last.dispose();
      bad.dispose();
      images.dispose();
    },
  };
}
