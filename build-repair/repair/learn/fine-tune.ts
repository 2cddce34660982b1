import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor } from '../../../models/detector/run';
import { first } from '../../../models/present';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import { BatchOrder, batchAccuracy, crossEntropy, train } from './train';

/** Plain fine-tuning on clean images and their labels. */
export interface FineTuning {
  /** Takes images; changed in place. */
  readonly model: LayersModel;
  readonly epochs: number;
  readonly batchSize: number;
  /** Of Adam. */
  readonly learningRate: number;
  readonly fit: Int32Array;
  /** What is being done, for the progress. */
  readonly stage: string;
  /** Of the random order of images. */
  readonly stream: string;
  /** After each step (1…). */
  afterStep?(step: number, steps: number): void;
}

/** Fine-tunes a net by softmax cross-entropy with Adam. */
export async function fineTune(context: RepairContext, work: FineTuning): Promise<void> {
  const { images, shape, pixels, seed, classes } = context;
  const random = new Random(seed, `fine-tune ${work.stream}`);
  const order = new BatchOrder(work.fit, work.batchSize, (n) => random.permutation(n));
  const steps = Math.ceil(work.fit.length / work.batchSize) * work.epochs;
  const optimizer = tf.train.adam(work.learningRate);
  let labels: number[] = [];
  let accuracy = Number.NaN;
  try {
    await train(
      {
        model: work.model,
        optimizer,
        memory: context.memory,
        steps,
        batch: () => {
          const batch = order.next();
          labels = Array.from(batch, (image) => images.labels[image]!);
          return tf.tidy(() => ({
            inputs: imageTensor(images.gather(batch), batch.length, shape, pixels),
            targets: [tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32')],
          }));
        },
        loss: (logits, targets) => tf.mean(crossEntropy(logits, first(targets))),
        afterStep: (step, logits) => {
          work.afterStep?.(step + 1, steps);
          const now = batchAccuracy(logits, labels);
          accuracy = Number.isNaN(accuracy) ? now : 0.98 * accuracy + 0.02 * now;
          return false;
        },
      },
      {
        report: (event) => context.progress({ ...event, accuracy }),
        stage: work.stage,
        signal: context.signal,
      },
    );
  } finally {
    optimizer.dispose();
  }
}
