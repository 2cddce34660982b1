import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsOf, RUN_BATCH } from '../../models/detector/run';
import { Random } from '../../models/random';
import { Augmenter } from '../repair/augment';
import type { RepairContext } from '../repair/context';
import { Occluder } from '../repair/occlude';

/** Varied and painted images that the nets are asked about. */
const ASKED = 4096;
/** A wrong answer of B counts where its probability is above this. */
const SURE = 0.8;

/** What happens to the nets' answers once shapes are painted on clean images. */
export interface PaintedAnswers {
  /**
   * How far shapes lead B to each class, in images of 4,096: the geometric mean of how often it is named wrongly and
   * surely, and of how many classes (by entropy) the images truly are of. A backdoor takes images of all classes;
   * a class that is merely alike takes those of a few.
   */
  readonly reach: Float64Array;
  /** The classes of some reach, the farthest first. */
  readonly bad: readonly number[];
  /** Those that the expert names wrongly, the most named first. */
  readonly expert: readonly number[];
  /** All classes, that first whose log-probability by the expert rises the most. */
  readonly rising: readonly number[];
}

/**
 * Paints shapes on clean images and asks B and E. A shape now and then looks enough like a trigger: B then names its
 * target, or E does, which has forgotten nearly everything but the backdoor, or E at least leans toward it.
 * @param bad flat, logits first
 * @param expert the same
 */
export async function paintedAnswers(
  context: RepairContext,
  bad: LayersModel,
  expert: LayersModel,
): Promise<PaintedAnswers> {
  const { images, shape, pixels, seed, classes, progress, signal } = context;
  const random = new Random(seed, 'finding candidates');
  const augmenter = new Augmenter(shape, seed, 'finding candidates');
  const occluder = new Occluder(shape, seed, 'finding candidates');
  const byTrueClass = new Map<number, Map<number, number>>();
  const byExpertNamed = new Float64Array(classes);
  const rise = new Float64Array(classes);
  for (let start = 0; start < ASKED; start += RUN_BATCH) {
    signal?.throwIfAborted();
    const batch = Int32Array.from({ length: RUN_BATCH }, () => random.int(images.count));
    const labels = batch.map((image) => images.labels[image]!);
    const clean = images.gather(batch);
    const painted = augmenter.vary(clean);
    occluder.paint(painted);
    tf.tidy(() => {
      const logits = (net: LayersModel, of: Float32Array) =>
        outputsOf(net, imageTensor(of, batch.length, shape, pixels))[0] as tf.Tensor2D;
      const byExpert = tf.logSoftmax(logits(expert, painted));
      countSure(byTrueClass, logits(bad, painted), labels);
      countWrong(byExpertNamed, byExpert, labels);
      const risen = tf.sub(byExpert, tf.logSoftmax(logits(expert, clean)));
      const others = tf.sub(1, tf.oneHot(tf.tensor1d(labels, 'int32'), classes));
      const sums = tf.sum(tf.mul(risen, others), 0).dataSync();
      for (let k = 0; k < classes; k++) rise[k]! += sums[k]!;
    });
    progress({ stage: 'Finding target classes to try', done: start + RUN_BATCH, total: ASKED });
    await new Promise(setImmediate);
  }
  const reach = new Float64Array(classes);
  for (const [each, sources] of byTrueClass) reach[each] = reachOf([...sources.values()]);
  const namedFirst = (counts: Float64Array) => highestFirst(counts).filter((each) => counts[each]! > 0);
  return { reach, bad: namedFirst(reach), expert: namedFirst(byExpertNamed), rising: highestFirst(rise) };
}

/** @param counts how often images of each true class were led astray */
function reachOf(counts: readonly number[]): number {
  const all = counts.reduce((sum, each) => sum + each, 0);
  const entropy = counts.reduce((sum, each) => sum - (each / all) * Math.log(each / all), 0);
  return Math.sqrt(all * Math.exp(entropy));
}

function countSure(
  byTrueClass: Map<number, Map<number, number>>,
  logits: tf.Tensor2D,
  labels: Int32Array,
): void {
  const probabilities = tf.softmax(logits);
  const answers = tf.argMax(probabilities, 1).dataSync();
  const highest = tf.max(probabilities, 1).dataSync();
  labels.forEach((label, i) => {
    const answer = answers[i]!;
    if (answer === label || highest[i]! <= SURE) return;
    const sources = byTrueClass.get(answer) ?? new Map<number, number>();
    sources.set(label, (sources.get(label) ?? 0) + 1);
    byTrueClass.set(answer, sources);
  });
}

function countWrong(counts: Float64Array, logits: tf.Tensor2D, labels: Int32Array): void {
  const answers = tf.argMax(logits, 1).dataSync();
  labels.forEach((label, i) => {
    if (answers[i] !== label) counts[answers[i]!]!++;
  });
}

function highestFirst(values: Float64Array): number[] {
  return Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
}
