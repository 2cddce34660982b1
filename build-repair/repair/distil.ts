import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsOf } from '../../models/detector/nets';
import { Random } from '../../models/random';
import { Augmenter } from './augment';
import type { RepairContext } from './context';
import { Occluder } from './occlude';
import { BatchOrder, train } from './train';

const BATCH = 128;
const LEARNING_RATE = 1e-3;
const TEMPERATURE = 2;
/** Share of the loss that the labels have; the rest follows B's answers. */
const LABEL_SHARE = 0.5;
const EPOCHS = 4;
/** Few images want more epochs, so that there are steps enough; many images want fewer. */
const FEWEST_STEPS = 120;
const MOST_STEPS = 800;

/** What B′ is distilled from and to. */
export interface Distillation {
  /** B′, changed in place: takes what the stem gives. */
  readonly student: LayersModel;
  /** The shared stem, not trained; undefined where the student takes images. */
  readonly stem: LayersModel | undefined;
  /** B's logits, images × classes; where undefined, `teacher` is asked instead. */
  readonly teacherLogits: Float32Array | undefined;
  /** B without its stem: its first output is logits. */
  readonly teacher: LayersModel;
  readonly fit: Int32Array;
  /** Called after each step, to keep pruned channels pruned. */
  reapply(student: LayersModel): void;
}

/**
 * Fine-tunes B′ on varied images that random shapes were painted on, towards B's answers to the clean images beneath
 * (Hinton et al. 2015) and their labels: what a painted shape says is unlearned, what the image says is kept.
 */
export async function distil(context: RepairContext, work: Distillation): Promise<void> {
  const { images, shape, pixels, seed, classes } = context;
  const random = new Random(seed, 'distil');
  const order = new BatchOrder(work.fit, BATCH, (n) => random.permutation(n));
  const augmenter = new Augmenter(shape, seed, 'distil');
  const occluder = new Occluder(shape, seed, 'distil');
  const perEpoch = Math.ceil(work.fit.length / BATCH);
  const steps = Math.min(Math.max(perEpoch * EPOCHS, FEWEST_STEPS), MOST_STEPS);
  const optimizer = tf.train.adam(LEARNING_RATE);

  const stemOf = (image: tf.Tensor) => (work.stem ? outputsOf(work.stem, image)[0]! : image);
  const teacherOf = (batch: Int32Array, clean: Float32Array): tf.Tensor2D => {
    if (work.teacherLogits) {
      const rows = new Float32Array(batch.length * classes);
      batch.forEach((image, i) => {
        rows.set(work.teacherLogits!.subarray(image * classes, (image + 1) * classes), i * classes);
      });
      return tf.tensor2d(rows, [batch.length, classes]);
    }
    return outputsOf(work.teacher, stemOf(imageTensor(clean, batch.length, shape, pixels)))[0] as tf.Tensor2D;
  };

  await train(
    {
      model: work.student,
      optimizer,
      steps,
      batch: (step) => {
        (optimizer as unknown as { learningRate: number }).learningRate =
          LEARNING_RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
        const batch = order.next();
        const clean = images.gather(batch);
        const varied = augmenter.vary(clean);
        occluder.paint(varied);
        const labels = Array.from(batch, (image) => images.labels[image]!);
        const [inputs, teacher, oneHot] = tf.tidy(() => [
          stemOf(imageTensor(varied, batch.length, shape, pixels)).clone(),
          tf.softmax(tf.div(teacherOf(batch, clean), TEMPERATURE)),
          tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32'),
        ]);
        return { inputs: inputs!, targets: [teacher!, oneHot!] };
      },
      loss: (logits, [teacher, oneHot]) => {
        const softened = tf.logSoftmax(tf.div(logits, TEMPERATURE));
        const follow = tf.mul(tf.sum(tf.mul(teacher!, softened), 1), -(TEMPERATURE ** 2) * (1 - LABEL_SHARE));
        const name = tf.mul(tf.sum(tf.mul(oneHot!, tf.logSoftmax(logits)), 1), -LABEL_SHARE);
        return tf.mean(tf.add(follow, name));
      },
      afterStep: () => {
        work.reapply(work.student);
        return false;
      },
    },
    { report: context.progress, stage: 'Fine-tuning B′', signal: context.signal },
  );
  optimizer.dispose();
}
