import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor } from '../../models/detector/run';
import { copyNet } from '../../models/nets/graph';
import { Random } from '../../models/random';
import { Augmenter } from './augment';
import type { RepairContext } from './context';
import { BatchOrder, batchAccuracy, train } from './train';

const LEARNING_RATE = 1e-4;
const LARGEST_BATCH = 128;
const MOST_STEPS = 200;
/** Clean accuracy, on varied images, at which the expert has forgotten enough. */
const STOP_ACCURACY = 0.05;

/**
 * Makes the expert E (Xie et al., BaDExpert, ICLR 2024): a copy of B that unlearns its clean task by minimising
 * −log(1 − p(label)) on clean images. It forgets that long before the backdoor, so that what it is still sure of
 * is suspicious. The images are varied, else E unlearns these images rather than the task.
 * @param bad B, flat, ending in logits
 * @param fit the images to forget on
 */
export async function forget(
  context: RepairContext,
  bad: LayersModel,
  fit: Int32Array,
  stage: string,
): Promise<LayersModel> {
  const { images, shape, pixels, seed, classes } = context;
  const expert = copyNet(bad, 'expert');
  const random = new Random(seed, `forget ${stage}`);
  const batchSize = Math.min(LARGEST_BATCH, Math.ceil(fit.length / 2));
  const order = new BatchOrder(fit, batchSize, (n) => random.permutation(n));
  const augmenter = new Augmenter(shape, seed, `forget ${stage}`);
  const optimizer = tf.train.adam(LEARNING_RATE);
  const stop = Math.max(STOP_ACCURACY, 1.5 / classes);
  let labels: number[] = [];
  await train(
    {
      model: expert,
      optimizer,
      steps: MOST_STEPS,
      batch: () => {
        const batch = order.next();
        labels = Array.from(batch, (image) => images.labels[image]!);
        const varied = augmenter.vary(images.gather(batch));
        return {
          inputs: imageTensor(varied, batch.length, shape, pixels),
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
  return expert;
}
