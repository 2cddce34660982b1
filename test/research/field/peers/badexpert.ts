import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../../build-repair/context';
import { Augmenter } from '../../../../build-repair/images/augment';
import {
  BatchOrder,
  batchAccuracy,
  crossEntropy,
  trainableVariables,
} from '../../../../build-repair/repair/learn/train';
import { accuracyOn } from '../../../../build-repair/repair/observe/accuracy';
import { margins } from '../../../../models/detector/margin';
import { imageTensor, toLogitsBy } from '../../../../models/detector/run';
import { copyNet } from '../../../../models/nets/graph';
import { Random } from '../../../../models/random';
import type { Peer } from './peer';

/** Of the expert: Adam's rate, images a step, and the accuracy at which it has unlearned enough, all as published. */
const UNLEARNING = { rate: 1e-4, batch: 128, until: 0.2, mostSteps: 300 } as const;
/** Of the auxiliary net: SGD with momentum, its rate divided by ten after every second epoch, all as published. */
const FINE_TUNING = { rates: [0.1, 0.03, 0.01, 0.003, 0.001], momentum: 0.9, batch: 64, epochs: 10 } as const;
/** A rate that costs the auxiliary net more of its accuracy than this share is too high for a net; then a lower one is taken. */
const KEEPS = 0.85;

/** Of the second epoch: who has lost so much of it will not have it back at a lower rate, and is not taught on. */
const LOST = 0.5;

/**
 * BaDExpert (Xie et al., ICLR 2024), after the paper: a backdoor expert, B unlearned by wrong labels on clean images at a small rate
 * until it has lost the clean task and not the backdoor, and an auxiliary net, B fine-tuned hard on the same images, which loses the
 * backdoor first. An image is suspicious where the expert is sure of the class that B names and the auxiliary net is not.
 */
export const badExpert: Peer = {
  name: 'BaDExpert',
  async fit(context, bad, fit, stream) {
    const expert = await unlearn(context, bad, fit, stream);
    const auxiliary = await fineTuned(context, bad, fit, stream);
    const { shape, pixels, classes } = context;
    const [byExpert, byAuxiliary] = [expert, auxiliary].map((net) =>
      toLogitsBy(net, (rows, n) => imageTensor(rows, n, shape, pixels)),
    );
    return {
      async score(rows, named) {
        const surely = margins(await byExpert!(rows, named.length), classes, named);
        const still = margins(await byAuxiliary!(rows, named.length), classes, named);
        return surely.map((margin, i) => badExpertScore(margin, still[i]!));
      },
      dispose() {
        expert.dispose();
        auxiliary.dispose();
      },
    };
  },
};

/** So far below one half a confidence is told from it. */
const LEAST_SHORTFALL = 1e-8;

/**
 * The score of both nets' confidences in the class that B names, x of the expert and y of the auxiliary net: how near they are to the
 * corner x = 1, y = 0, where backdoors lie. A line turns about each of two points that no clean image is beyond, (0, 0) and (1, ½); the
 * lesser of 2 y / x and (1 − x) / (½ − y) is how far off the nearer one is. Its logarithm, negated, of logit margins: confidences
 * themselves are 0 or 1 in 32 bits for many images, and would tie.
 * @param expert the expert's logit margin at that class, the logit of x
 * @param auxiliary that of the auxiliary net, the logit of y
 */
export function badExpertScore(expert: number, auxiliary: number): number {
  const about = Math.LN2 + logSigmoid(auxiliary) - logSigmoid(expert);
  const shortfall = Math.max(0.5 - Math.exp(logSigmoid(auxiliary)), LEAST_SHORTFALL);
  return -Math.min(about, logSigmoid(-expert) - Math.log(shortfall));
}

/** log(1 / (1 + e^−x)), exact for any x. */
function logSigmoid(x: number): number {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}

/** A copy of B that has learned each clean image as of the next class, until it names few of them rightly. */
async function unlearn(
  context: RepairContext,
  bad: LayersModel,
  fit: Int32Array,
  stream: string,
): Promise<LayersModel> {
  const { rate, batch, until, mostSteps } = UNLEARNING;
  const { classes } = context;
  const model = copyNet(bad, 'unlearned');
  const optimizer = tf.train.adam(rate);
  const stop = Math.max(until, 1.5 / classes);
  await teach(context, {
    model,
    optimizer,
    steps: mostSteps,
    fit,
    batch: Math.min(batch, Math.ceil(fit.length / 2)),
    labelOf: (label) => (label + 1) % classes,
    stream: `${stream}: unlearning`,
    anew: false,
    afterStep: (_, logits, labels) => batchAccuracy(logits, labels) <= stop,
  });
  optimizer.dispose();
  return model;
}

/** A copy of B, fine-tuned at the highest rate that it bears. */
async function fineTuned(
  context: RepairContext,
  bad: LayersModel,
  fit: Int32Array,
  stream: string,
): Promise<LayersModel> {
  const { rates, momentum, batch, epochs } = FINE_TUNING;
  const before = await accuracyOn(context, bad, fit);
  const perEpoch = Math.ceil(fit.length / batch);
  for (const [place, rate] of rates.entries()) {
    const model = copyNet(bad, 'auxiliary');
    const optimizer = tf.train.momentum(rate, momentum, true);
    let right = 0;
    await teach(context, {
      model,
      optimizer,
      steps: perEpoch * epochs,
      fit,
      batch,
      labelOf: (label) => label,
      stream: `${stream}: fine-tuning at ${rate}`,
      anew: true,
      afterStep: (step, logits, labels) => {
        const epoch = Math.floor((step + 1) / perEpoch);
        optimizer.setLearningRate(rate / 10 ** Math.floor(epoch / 2));
        if (epoch > 2) return false;
        right = step % perEpoch === 0 ? 0 : right;
        right += batchAccuracy(logits, labels) / perEpoch;
        return step + 1 === 2 * perEpoch && right < LOST * before;
      },
    });
    disposeMomentum(optimizer);
    const isLast = place === rates.length - 1;
    if (isLast || (await accuracyOn(context, model, fit)) >= KEEPS * before) return model;
    model.dispose();
  }
  throw new Error('no rate to fine-tune at');
}

/** TensorFlow.js forgets the rate's own tensor where the optimizer has momentum. */
function disposeMomentum(optimizer: tf.MomentumOptimizer): void {
  optimizer.dispose();
  (optimizer as unknown as { readonly c: tf.Scalar }).c.dispose();
}

interface Teaching {
  readonly model: LayersModel;
  readonly optimizer: tf.Optimizer;
  readonly steps: number;
  readonly fit: Int32Array;
  readonly batch: number;
  /** What is taught of an image of this class. */
  readonly labelOf: (label: number) => number;
  readonly stream: string;
  /** Whether batch normalisation and dropout work as in any training; else they stay as they are. */
  readonly anew: boolean;
  /** Told of each step (0…) the logits and the true labels; true ends it. */
  readonly afterStep: (step: number, logits: tf.Tensor2D, labels: readonly number[]) => boolean;
}

/** Teaches a net clean images, varied, by cross-entropy. */
async function teach(context: RepairContext, work: Teaching): Promise<void> {
  const { images, shape, pixels, classes, seed } = context;
  const { model, optimizer, steps } = work;
  const random = new Random(seed, work.stream);
  const order = new BatchOrder(work.fit, work.batch, (n) => random.permutation(n));
  const augmenter = new Augmenter(shape, seed, work.stream);
  const variables = trainableVariables(model);
  for (let step = 0; step < steps; step++) {
    const batch = order.next();
    const labels = Array.from(batch, (image) => images.labels[image]!);
    const inputs = imageTensor(augmenter.vary(images.gather(batch)), batch.length, shape, pixels);
    let logits: tf.Tensor2D | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const made = model.apply(inputs, { training: work.anew }) as tf.Tensor2D;
      logits = tf.keep(made.clone());
      const taught = tf.oneHot(tf.tensor1d(labels.map(work.labelOf), 'int32'), classes);
      return tf.mean(crossEntropy(made, tf.cast(taught, 'float32')));
    }, variables);
    optimizer.applyGradients(grads);
    const [loss] = value.dataSync();
    const ended = work.afterStep(step, logits!, labels);
    tf.dispose([value, grads, inputs, logits!]);
    context.progress({ stage: work.stream, done: ended ? steps : step + 1, total: steps, loss: loss! });
    if (ended) return;
    await new Promise(setImmediate);
  }
}
