import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { scaleImages, valuesOf } from '../../../models/detector/run';
import { imageSize } from '../../../models/images/set';
import { latentTensor } from '../../../models/nets/cut';
import { partBetween } from '../../../models/nets/graph';
import { atLeast, first } from '../../../models/present';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import { scaledTo } from '../../effort';
import type { RecoveredTrigger } from '../../finding/trigger';
import { Augmenter } from '../../images/augment';
import { BatchOrder, crossEntropy, setLearningRate, train, trainableVariables } from '../learn/train';
import { AdversarialTriggers } from './adversarial-triggers';
import { HardPaintings } from './hard-paintings';
import { TriggerPainter } from './painter';
import { LEAST_BATCH, UNLEARNING_BATCH } from './steps';
import { Teacher } from './teacher';

/**
 * The highest rate (with batch normalisation, by whether images are mirrored: else there are fewer to learn from, and clean accuracy falls
 * sooner); the images of a batch that are painted on, and those with adversarial triggers; the others are only varied.
 * Origin: chosen on faces1283 multi (no batch normalisation: 1e-3 to 8e-3 were tried), cifar10 patch and warp (mirrored: 1.5e-3 to 6e-3)
 * and signs43 (1e-3 to 3e-3); docs/method.md, "The repaired net".
 */
const PLAIN = { rate: 8e-3, painted: 0.55, adversarial: 0.2 };
const NORMALISED = { rate: 1e-3, painted: 0.4, adversarial: 0.4 };
const NORMALISED_MIRRORED = { ...NORMALISED, rate: 3e-3 };
/** The rate rises over this share of the steps, then falls as a cosine to 0. Origin: chosen by hand; not varied. */
const WARM_UP = 0.05;
/** Images are shifted further than elsewhere, and no noise is added. Origin: as PLAIN. */
const VARIED = { shift: 0.06, noise: 0 };
/** How the distance of features counts beside the answers. Origin: as PLAIN. */
const FEATURES = 3;
/** How B's answers to the image beneath count, and its label the rest. Origin: as PLAIN. */
const DISTILLED = 0.9;

/** How a net is to unlearn. */
export interface Unlearning {
  /** The clean images to learn from. */
  readonly fit: Int32Array;
  readonly steps: number;
  /** What is reported, one of STAGES. */
  readonly stage: string;
  /** Whether half of the images are mirrored, see canMirror. */
  readonly mirrored: boolean;
  /** Triggers that were recovered from the net. */
  readonly known: readonly RecoveredTrigger[];
  /** After each step: what keeps pruned channels pruned. */
  readonly afterStep?: ((net: LayersModel) => void) | undefined;
}

/**
 * Teaches a copy of B to make the same of an image, whatever is painted over it, as B makes of the clean image beneath: the same
 * features before its last layer, which stays as it is, the same answer, and the true class. What is painted are random shapes,
 * gratings, stains and other images (those that turned it most more often), triggers that are recovered from B, and adversarial ones.
 * @param bad B: image → logits
 * @param net the copy, image → logits; changed in place
 * @throws whatever the context's signal was aborted with
 */
export async function unlearn(
  context: RepairContext,
  bad: LayersModel,
  net: LayersModel,
  { fit, steps, stage, mirrored, known, afterStep }: Unlearning,
): Promise<void> {
  const { images, shape, pixels, seed, memory } = context;
  const body = partBetween(first(net.inputs), [latentTensor(net)], 'body');
  if (trainableVariables(body).length === 0) return;
  const head = partBetween(latentTensor(net), [first(net.outputs)], 'head');
  const size = imageSize(shape);
  const batchSize = scaledTo(context.effort, UNLEARNING_BATCH, LEAST_BATCH);
  const stream = 'unlearn';
  const random = new Random(seed, stream);
  const order = new BatchOrder(fit, batchSize, (n) => random.permutation(n));
  const augmenter = new Augmenter(shape, seed, stream, { ...VARIED, mirrored });
  const painter = new TriggerPainter(shape);
  const hard = new HardPaintings(seed, stream);
  const triggers = new AdversarialTriggers(shape, painter, known, seed, stream);
  const teacher = await Teacher.of(context, bad, fit);
  const { rate, painted: paintedShare, adversarial } = howFor(net, mirrored);
  const optimizer = tf.train.adam(rate);
  let paintings: number[] = [];
  let labels: number[] = [];
  let stamped: [from: number, to: number] = [0, 0];
  try {
    await train(
      {
        model: body,
        optimizer,
        memory,
        steps,
        batch: (step) => {
          setLearningRate(optimizer, rate * rateAt(step, steps));
          const batch = order.next();
          const values = augmenter.vary(images.gather(batch));
          const painted = Math.floor(batch.length * paintedShare);
          paintings = Array.from({ length: painted }, () => hard.next());
          for (const [i, painting] of paintings.entries())
            painter.paint(
              painting,
              values.subarray(i * size, (i + 1) * size),
              images.gather([random.pick(fit)]),
            );
          stamped = [painted * size, (painted + Math.floor(batch.length * adversarial)) * size];
          triggers.stamp(values.subarray(...stamped));
          labels = Array.from(batch, (image) => images.labels[image]!);
          return {
            inputs: tf.tensor4d(values, [batch.length, shape.height, shape.width, shape.channels]),
            targets: teacher.targets(batch),
          };
        },
        prepare: (raw) => scaleImages(raw as tf.Tensor4D, pixels),
        onInputGradient: (gradient) => triggers.learn(gradient.subarray(...stamped)),
        loss: (features, targets, { from, to }) => {
          const [answers, wanted] = atLeast(2, targets);
          const logits = head.apply(features) as tf.Tensor2D;
          const predicted = tf.add(
            tf.mul(labelLoss(logits, labels.slice(from, to)), 1 - DISTILLED),
            tf.mul(teacher.distance(logits, answers), DISTILLED),
          );
          const apart = tf.mean(tf.squaredDifference(flat(features), wanted));
          return tf.add(tf.mean(predicted), tf.mul(apart, FEATURES / teacher.variance));
        },
        afterStep: (_step, features) => {
          const losses = valuesOf(() => labelLoss(head.apply(features) as tf.Tensor2D, labels));
          hard.note(paintings, losses);
          afterStep?.(net);
          return false;
        },
      },
      { report: context.progress, stage, signal: context.signal },
    );
  } finally {
    optimizer.dispose();
  }
}

function howFor({ layers }: LayersModel, mirrored: boolean): typeof PLAIN {
  const isNormalised = layers.some((layer) => layer.getClassName() === 'BatchNormalization');
  if (!isNormalised) return PLAIN;
  return mirrored ? NORMALISED_MIRRORED : NORMALISED;
}

/** The rate of a step, as a share of the highest. */
function rateAt(step: number, steps: number): number {
  const warm = WARM_UP * steps;
  return step < warm ? (step + 1) / (warm + 1) : 0.5 * (1 + Math.cos((Math.PI * step) / steps));
}

/** The cross-entropy of each row with its label. */
function labelLoss(logits: tf.Tensor2D, labels: number[]): tf.Tensor1D {
  const oneHot = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1]), 'float32');
  return crossEntropy(logits, oneHot);
}

function flat(features: tf.Tensor): tf.Tensor2D {
  return tf.reshape(features, [first(features.shape), -1]);
}
