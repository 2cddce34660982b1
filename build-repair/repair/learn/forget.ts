import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { answers, margins } from '../../../models/detector/margin';
import type { ExpertNet } from '../../../models/detector/nets';
import { imageTensor, outputsWithin, valuesOf } from '../../../models/detector/run';
import { quantile } from '../../../models/detector/scale';
import { stemCut } from '../../../models/nets/cut';
import { copyBetween } from '../../../models/nets/graph';
import { first } from '../../../models/present';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import { Augmenter } from '../../images/augment';
import { spread } from '../../images/load';
import { type FitPart, STAGES } from '../../stages';
import type { Passes } from '../observe/clean-image-passes';
import { BatchOrder, batchAccuracy, train } from './train';

/**
 * An expert that still names so large a share of the clean images has forgotten too little to tell much.
 * Origin: chosen by hand; it decides what is told, not what is found.
 */
export const MUCH = 0.5;
/** Origin: by hand; lower, and with more steps, than at first (67a60bb); no figures were kept. */
const LEARNING_RATE = 1e-4;
/** Origin: chosen by hand; not varied. */
const LARGEST_BATCH = 128;
/** Origin: as LEARNING_RATE. */
const MOST_STEPS = 200;
/**
 * Clean accuracy, on varied images, at which the expert has forgotten enough; of fewer than 30 classes, half as much again as
 * chance.
 * Origin: by hand; margins along the way of forgetting were held against it and were no better (docs/method.md, "What was tried
 * and failed").
 */
const STOP_ACCURACY = 0.05;
/**
 * However few classes there are: an expert that names half of two has forgotten nothing.
 * Origin: chosen by hand; not varied.
 */
const MOST_STOP_ACCURACY = 0.2;
/**
 * From a logit margin of 14 on, 1 − p is less than float32 tells and nothing is unlearned. The logits of a net whose median margin
 * is higher than this are divided, so that it is this.
 * Origin: float32, and a toy net of two classes with margins of 23 (docs/method.md, "What was tried and failed").
 */
const MOST_MARGIN = 12;
/** That median is told by so many images. Origin: chosen by hand; not varied. */
const MARGIN_IMAGES = 256;

/** The expert E, to run on images and to serve. */
export interface Expert extends ExpertNet {
  /** The share of varied clean images that it names rightly after all, 0–1. */
  readonly remembers: number;
  dispose(): void;
}

/**
 * Makes the expert E (Xie et al., BaDExpert, ICLR 2024): a copy of B that unlearns its clean task by minimising
 * −log(1 − p(label)) on clean images. It forgets that long before the backdoor, so that what it is still sure of
 * is suspicious. The images are varied, else E unlearns these images rather than the task. The stem stays as it is, and
 * is B's: forgetting does no worse without it, and the verdict computes it once.
 * @param bad B, flat, ending in logits
 * @param fit the images to forget on
 * @param passes what was seen of them, where anything was
 */
export async function forget(
  context: RepairContext,
  bad: tfl.LayersModel,
  fit: Int32Array,
  part: FitPart,
  passes?: Pick<Passes, 'clean' | 'stems'>,
): Promise<Expert> {
  const { images, shape, pixels, seed, classes, memory } = context;
  const cut = stemCut(bad);
  const stems = passes?.stems;
  // What is kept of a large net's stem needs no other.
  const stem = cut && !stems ? copyBetween(first(bad.inputs), [cut], 'expert_stem') : undefined;
  const model = copyBetween(cut ?? first(bad.inputs), bad.outputs, 'expert');
  const random = new Random(seed, `forget Forgetting${part.stream}`);
  const drawn = new Random(seed, `forget copies${part.stream}`);
  const batchSize = Math.min(LARGEST_BATCH, Math.ceil(fit.length / 2));
  const order = new BatchOrder(fit, batchSize, (n) => random.permutation(n));
  const augmenter = new Augmenter(shape, seed, `forget Forgetting${part.stream}`);
  const optimizer = tf.train.adam(LEARNING_RATE);
  const stop = Math.max(STOP_ACCURACY, Math.min(1.5 / classes, MOST_STOP_ACCURACY));
  const sharpness = Math.max(1, medianMargin(context, bad, spread(fit, MARGIN_IMAGES), passes) / MOST_MARGIN);
  let labels: number[] = [];
  let accuracy = 1;
  try {
    await train(
      {
        model,
        optimizer,
        memory,
        steps: MOST_STEPS,
        batch: () => {
          const batch = order.next();
          labels = Array.from(batch, (image) => images.labels[image]!);
          return {
            inputs: tf.tidy(() => {
              if (stems) return stems.draw(batch, drawn);
              const varied = augmenter.vary(images.gather(batch));
              const image = imageTensor(varied, batch.length, shape, pixels);
              return stem ? first(outputsWithin(stem, image, memory)) : image;
            }),
            targets: [tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), classes))],
          };
        },
        loss: (logits, targets) => {
          const probabilities = tf.softmax(tf.div(logits, sharpness));
          const atLabel = tf.sum(tf.mul(probabilities, tf.cast(first(targets), 'float32')), 1);
          return tf.neg(tf.mean(tf.log(tf.sub(1 + 1e-6, atLabel))));
        },
        afterStep: (_step, logits) => {
          accuracy = batchAccuracy(logits, labels);
          return accuracy <= stop;
        },
      },
      { report: context.progress, stage: STAGES.forgetting(part.number), signal: context.signal },
    );
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    optimizer.dispose();
    stem?.dispose();
  }
  return { model, from: cut ? 'stem' : 'image', remembers: accuracy, dispose: () => model.dispose() };
}

/** B's median logit margin at the class that it names, on some images. */
function medianMargin(
  { images, shape, pixels, classes, memory }: RepairContext,
  bad: tfl.LayersModel,
  some: Int32Array,
  passes: Pick<Passes, 'clean'> | undefined,
): number {
  if (passes) return quantile(Float32Array.from(some, (image) => passes.clean.margins[image]!).sort(), 0.5);
  const logits = valuesOf(() =>
    first(outputsWithin(bad, imageTensor(images.gather(some), some.length, shape, pixels), memory)),
  );
  return quantile(margins(logits, classes, answers(logits, classes).classes).sort(), 0.5);
}
