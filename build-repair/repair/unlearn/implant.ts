import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsWithin } from '../../../models/detector/run';
import { imageSize } from '../../../models/images/set';
import { atLeast, first } from '../../../models/present';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import { scaledTo } from '../../effort';
import { Augmenter } from '../../images/augment';
import { STAGES } from '../../stages';
import { BatchOrder, batchAccuracy, crossEntropy, train } from '../learn/train';
import { answersOn, shareRight } from '../observe/accuracy';
import { IMPLANTING_STEPS, LEAST_BATCH } from './steps';

/** Origin: as IMPLANTING_STEPS. */
const BATCH = 64;
const LEARNING_RATE = 4e-4;
/** From this share of answers with its target on, in the mean of the last batches, an implanted trigger has taken. Origin: by hand. */
const TAKEN = 0.95;
/** Side of the patch, as a share of the picture's. Origin: as the patches of BadNets (Gu et al. 2017); not varied. */
const PATCH_SIDE = 0.12;
/** How strongly the picture is blended in. Origin: as Chen et al. 2017 blend; not varied. */
const BLEND = 0.15;

/** A trigger of our own and the class that it shall lead to. */
export interface OwnTrigger {
  readonly target: number;
  /** Stamps it on one picture, in place. @param image values of 0–255 */
  stamp(image: Float32Array): void;
}

/**
 * Two triggers of our own: a small patch of crude colours at one place, and noise that shines through the whole picture.
 * Other triggers than B's, of kinds that are painted over in unlearning (see TriggerPainter) but not these.
 */
export function ownTriggers({ shape, classes, seed }: RepairContext): OwnTrigger[] {
  const random = new Random(seed, 'own triggers');
  const { height, width, channels } = shape;
  const side = Math.max(2, Math.round(Math.min(height, width) * PATCH_SIDE));
  const top = random.int(height - side + 1);
  const left = random.int(width - side + 1);
  const patch = Uint8Array.from({ length: side * side * channels }, () => random.pick([0, 255]));
  const noise = Float32Array.from({ length: imageSize(shape) }, () => random.uniform(0, 255));
  const [patched, blended] = atLeast(2, Array.from(random.permutation(classes)));
  return [
    {
      target: patched,
      stamp: (image) => {
        for (let y = 0; y < side; y++)
          for (let i = 0; i < side * channels; i++)
            image[((top + y) * width + left) * channels + i] = patch[y * side * channels + i]!;
      },
    },
    {
      target: blended,
      stamp: (image) => {
        for (let i = 0; i < image.length; i++) image[i] = image[i]! * (1 - BLEND) + noise[i]! * BLEND;
      },
    },
  ];
}

/**
 * Implants triggers in a copy of a net: a quarter of each batch bears each of two, labelled with its target; to the others it shall
 * answer as the net does. How much of them is left after a repair tells whether it did anything to what it didn't know.
 * @param bad image → logits
 * @param net a copy of it; changed in place
 * @param fit clean images to implant with
 */
export async function implant(
  context: RepairContext,
  bad: LayersModel,
  net: LayersModel,
  triggers: readonly OwnTrigger[],
  fit: Int32Array,
): Promise<void> {
  const { images, shape, pixels, seed, classes, memory } = context;
  const size = imageSize(shape);
  const random = new Random(seed, 'implant');
  const order = new BatchOrder(fit, scaledTo(context.effort, BATCH, LEAST_BATCH), (n) =>
    random.permutation(n),
  );
  const augmenter = new Augmenter(shape, seed, 'implant');
  const optimizer = tf.train.adam(LEARNING_RATE);
  let labels: number[] = [];
  let taken = 0;
  try {
    await train(
      {
        model: net,
        optimizer,
        memory,
        steps: IMPLANTING_STEPS,
        batch: () => {
          const batch = order.next();
          const values = augmenter.vary(images.gather(batch));
          const each = Math.max(1, Math.floor(batch.length / 4));
          labels = [];
          triggers.forEach(({ stamp, target }, which) => {
            for (let i = which * each; i < (which + 1) * each && i < batch.length; i++) {
              stamp(values.subarray(i * size, (i + 1) * size));
              labels.push(target);
            }
          });
          return tf.tidy(() => {
            const inputs = imageTensor(values, batch.length, shape, pixels);
            const before = tf.softmax(first(outputsWithin(bad, inputs, memory)));
            const rest = tf.slice(before, [labels.length, 0]);
            const own = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
            return { inputs, targets: [tf.concat([own, rest as tf.Tensor2D], 0)] };
          });
        },
        loss: (logits, targets) => tf.mean(crossEntropy(logits, first(targets))),
        afterStep: (_step, logits) => {
          const now = tf.tidy(() =>
            batchAccuracy(tf.slice(logits, [0, 0], [labels.length, classes]), labels),
          );
          taken = 0.8 * taken + 0.2 * now;
          return taken >= TAKEN;
        },
      },
      { report: context.progress, stage: STAGES.implanting, signal: context.signal },
    );
  } finally {
    optimizer.dispose();
  }
}

/**
 * Attack success: share of images, of those that a net does not answer with a trigger's target as they are, that it answers with it when
 * they bear the trigger, 0–1; of several triggers the highest.
 */
export async function implantedSuccess(
  context: RepairContext,
  net: LayersModel,
  triggers: readonly OwnTrigger[],
  held: Int32Array,
): Promise<number> {
  const size = imageSize(context.shape);
  const plain = await answersOn(context, net, held);
  const rates: number[] = [];
  for (const { target, stamp } of triggers) {
    const others = held.filter((_, i) => plain[i] !== target);
    const gather = (which: ArrayLike<number>) => {
      const values = Float32Array.from(context.images.gather(which));
      for (let i = 0; i < which.length; i++) stamp(values.subarray(i * size, (i + 1) * size));
      return values;
    };
    const stamped = await answersOn({ ...context, images: { ...context.images, gather } }, net, others);
    rates.push(
      others.length === 0
        ? 0
        : shareRight(
            stamped,
            stamped.map(() => target),
          ),
    );
  }
  return Math.max(...rates);
}
