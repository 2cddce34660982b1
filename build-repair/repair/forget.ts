import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { ExpertNet } from '../../models/detector/nets';
import { imageTensor, outputsOf } from '../../models/detector/run';
import { stemCut } from '../../models/nets/cut';
import { copyBetween } from '../../models/nets/graph';
import { Random } from '../../models/random';
import { Augmenter } from './augment';
import type { RepairContext } from './context';
import { BatchOrder, batchAccuracy, train } from './train';

const LEARNING_RATE = 1e-4;
const LARGEST_BATCH = 128;
const MOST_STEPS = 200;
/** Clean accuracy, on varied images, at which the expert has forgotten enough. */
const STOP_ACCURACY = 0.05;

/** The expert E, to run on images and to serve. */
export interface Expert extends ExpertNet {
  /** image → logits: the stem and the model, one behind the other. */
  readonly whole: tfl.LayersModel;
  dispose(): void;
}

/**
 * Makes the expert E (Xie et al., BaDExpert, ICLR 2024): a copy of B that unlearns its clean task by minimising
 * −log(1 − p(label)) on clean images. It forgets that long before the backdoor, so that what it is still sure of
 * is suspicious. The images are varied, else E unlearns these images rather than the task. The stem stays as it is, and
 * is B's: forgetting does no worse without it, and the verdict computes it once.
 * @param bad B, flat, ending in logits
 * @param fit the images to forget on
 */
export async function forget(
  context: RepairContext,
  bad: tfl.LayersModel,
  fit: Int32Array,
  stage: string,
): Promise<Expert> {
  const { images, shape, pixels, seed, classes } = context;
  const cut = stemCut(bad);
  const stem = cut && copyBetween(bad.inputs[0]!, [cut], 'expert_stem');
  const model = copyBetween(cut ?? bad.inputs[0]!, bad.outputs, 'expert');
  const random = new Random(seed, `forget ${stage}`);
  const batchSize = Math.min(LARGEST_BATCH, Math.ceil(fit.length / 2));
  const order = new BatchOrder(fit, batchSize, (n) => random.permutation(n));
  const augmenter = new Augmenter(shape, seed, `forget ${stage}`);
  const optimizer = tf.train.adam(LEARNING_RATE);
  const stop = Math.max(STOP_ACCURACY, 1.5 / classes);
  let labels: number[] = [];
  await train(
    {
      model,
      optimizer,
      steps: MOST_STEPS,
      batch: () => {
        const batch = order.next();
        labels = Array.from(batch, (image) => images.labels[image]!);
        const varied = augmenter.vary(images.gather(batch));
        return {
          inputs: tf.tidy(() => {
            const image = imageTensor(varied, batch.length, shape, pixels);
            return stem ? outputsOf(stem, image)[0]! : image;
          }),
          targets: [tf.oneHot(tf.tensor1d(labels, 'int32'), classes)],
        };
      },
      loss: (logits, [oneHot]) =>
        tf.neg(
          tf.mean(
            tf.log(tf.sub(1 + 1e-6, tf.sum(tf.mul(tf.softmax(logits), tf.cast(oneHot!, 'float32')), 1))),
          ),
        ),
      afterStep: (_step, logits) => batchAccuracy(logits, labels) <= stop,
    },
    { report: context.progress, stage, signal: context.signal },
  );
  optimizer.dispose();
  return {
    model,
    from: stem ? 'stem' : 'image',
    whole: stem
      ? tfl.model({ inputs: stem.inputs, outputs: model.apply(stem.outputs) as tfl.SymbolicTensor })
      : model,
    dispose() {
      stem?.dispose();
      model.dispose();
    },
  };
}
