import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { outputsOf, scaleImages } from '../../../models/detector/run';
import { imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import type { RecoveredTrigger } from '../../finding/trigger';
import { Augmenter } from '../../images/augment';
import { STAGES } from '../../stages';
import { BatchOrder, train } from '../learn/train';
import { eachBatch } from '../observe/accuracy';
import { AdversarialTriggers } from './adversarial-triggers';
import { TriggerPainter } from './painter';

/** Origin: see docs/method.md, "The repaired net": chosen on faces1283 multi and cifar10 patch. */
const BATCH = 128;
const LEARNING_RATE = 1e-3;
/** The rate rises over this share of the steps, then falls as a cosine to 0. Origin: chosen by hand; not varied. */
const WARM_UP = 0.05;
/** Images of a batch that are painted on, and those with adversarial triggers; the others are only varied. Origin: as BATCH. */
const PAINTED = 0.45;
const ADVERSARIAL = 0.35;
/** What B answers of the clean image beneath counts so much, its label the rest. Origin: as BATCH. */
const DISTILLED = 0.9;
const TEMPERATURE = 2;

/** How a net is to unlearn. */
export interface Unlearning {
  /** The clean images to learn from. */
  readonly fit: Int32Array;
  readonly steps: number;
  /** Whether mirrored images are of the same class. */
  readonly mirrors: boolean;
  /** Triggers that were recovered from the net. */
  readonly known: readonly RecoveredTrigger[];
  /** After each step: what keeps pruned channels pruned. */
  readonly afterStep?: ((net: LayersModel) => void) | undefined;
}

/**
 * Teaches a copy of B to name the true class under whatever is painted over an image, known triggers and adversarial ones among it,
 * and to answer as B does on the clean image beneath.
 * @param bad B: image → logits
 * @param net the copy, image → logits; changed in place
 * @throws whatever the context's signal was aborted with
 */
export async function unlearn(
  context: RepairContext,
  bad: LayersModel,
  net: LayersModel,
  { fit, steps, mirrors, known, afterStep }: Unlearning,
): Promise<void> {
  const { images, shape, pixels, seed, classes } = context;
  const size = imageSize(shape);
  const stream = 'unlearn';
  const random = new Random(seed, stream);
  const order = new BatchOrder(fit, BATCH, (n) => random.permutation(n));
  const augmenter = new Augmenter(shape, seed, stream);
  const painter = new TriggerPainter(shape, seed, stream);
  const triggers = new AdversarialTriggers(shape, painter, known, seed, stream);
  const answers = await softAnswers(context, bad, fit);
  const optimizer = tf.train.adam(LEARNING_RATE);
  let painted = 0;
  let stamped = 0;
  try {
    await train(
      {
        model: net,
        optimizer,
        steps,
        batch: (step) => {
          (optimizer as unknown as { learningRate: number }).learningRate =
            LEARNING_RATE * rateAt(step, steps);
          const batch = order.next();
          const values = augmenter.vary(images.gather(batch));
          painted = Math.floor(batch.length * PAINTED);
          stamped = painted + Math.floor(batch.length * ADVERSARIAL);
          for (let i = 0; i < batch.length; i++) {
            const image = values.subarray(i * size, (i + 1) * size);
            if (mirrors && random.uniform() < 0.5) mirror(image, shape);
            if (i < painted) painter.paint(image, images.gather(Int32Array.of(random.pick(fit))));
          }
          triggers.stamp(values.subarray(painted * size, stamped * size));
          const labels = Array.from(batch, (image) => images.labels[image]!);
          return tf.tidy(() => ({
            inputs: tf.tensor4d(values, [batch.length, shape.height, shape.width, shape.channels]),
            targets: [targetsOf(labels, rowsOf(answers, batch, classes), classes)],
          }));
        },
        prepare: (raw) => scaleImages(raw as tf.Tensor4D, pixels),
        onInputGradient: (gradient) => triggers.learn(gradient.subarray(painted * size, stamped * size)),
        loss: (logits, [wanted]) => lossOf(logits, wanted!),
        afterStep: () => {
          afterStep?.(net);
          return false;
        },
      },
      { report: context.progress, stage: STAGES.unlearning, signal: context.signal },
    );
  } finally {
    optimizer.dispose();
  }
}

/** The rate of a step, as a share of the highest. */
function rateAt(step: number, steps: number): number {
  const warm = WARM_UP * steps;
  return step < warm ? (step + 1) / (warm + 1) : 0.5 * (1 + Math.cos((Math.PI * step) / steps));
}

/** Labels and B's softened answers side by side: n × 2 × classes. */
function targetsOf(labels: number[], answers: Float32Array, classes: number): tf.Tensor {
  const oneHot = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
  return tf.stack([oneHot, tf.tensor2d(answers, [labels.length, classes])], 1);
}

/** Cross-entropy with the labels and with B's softened answers (Hinton et al., Distilling the Knowledge in a Neural Network, 2015). */
function lossOf(logits: tf.Tensor2D, wanted: tf.Tensor): tf.Scalar {
  const [labels, answers] = tf.unstack(wanted, 1) as [tf.Tensor, tf.Tensor];
  const hard = tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1));
  const soft = tf.neg(tf.sum(tf.mul(answers, tf.logSoftmax(tf.div(logits, TEMPERATURE))), 1));
  return tf.mean(tf.add(tf.mul(hard, 1 - DISTILLED), tf.mul(soft, DISTILLED * TEMPERATURE)));
}

/** B's softened answers to all clean images, those that are not learned from left 0. */
async function softAnswers(context: RepairContext, bad: LayersModel, fit: Int32Array): Promise<Float32Array> {
  const answers = new Float32Array(context.images.count * context.classes);
  await eachBatch(context, fit, (input, batch) => {
    const soft = tf.tidy(() => tf.softmax(tf.div(outputsOf(bad, input)[0]!, TEMPERATURE)).dataSync());
    batch.forEach((image, i) => {
      answers.set(soft.subarray(i * context.classes, (i + 1) * context.classes), image * context.classes);
    });
  });
  return answers;
}

function rowsOf(values: Float32Array, rows: Int32Array, width: number): Float32Array {
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    taken.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return taken;
}

/** Mirrors a picture left to right, in place. */
function mirror(image: Float32Array, shape: RepairContext['shape']): void {
  const { height, width, channels } = shape;
  for (let y = 0; y < height; y++) {
    const row = image.subarray(y * width * channels, (y + 1) * width * channels);
    const was = row.slice();
    for (let x = 0; x < width; x++)
      row.set(was.subarray(x * channels, (x + 1) * channels), (width - 1 - x) * channels);
  }
}
