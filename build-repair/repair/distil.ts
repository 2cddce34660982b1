import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsOf } from '../../models/detector/nets';
import { Random } from '../../models/random';
import { Augmenter } from './augment';
import type { RepairContext } from './context';
import { Occluder } from './occlude';
import { BatchOrder, train } from './train';

const LARGEST_BATCH = 128;
const LEARNING_RATE = 2e-4;
const TEMPERATURE = 2;
const EPOCHS = 4;
/** Few images want more epochs, so that there are steps enough; many images want fewer. */
const FEWEST_STEPS = 60;
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
 * (Hinton et al. 2015): what a painted shape says is unlearned, what the image says is kept. Labels are left out, and
 * the steps are small: classes that have no clean images must not be unlearned.
 */
export async function distil(context: RepairContext, work: Distillation): Promise<void> {
  const { images, shape, pixels, seed, classes } = context;
  const random = new Random(seed, 'distil');
  const batchSize = Math.min(LARGEST_BATCH, Math.ceil(work.fit.length / 2));
  const order = new BatchOrder(work.fit, batchSize, (n) => random.permutation(n));
  const augmenter = new Augmenter(shape, seed, 'distil');
  const occluder = new Occluder(shape, seed, 'distil');
  const perEpoch = Math.ceil(work.fit.length / batchSize);
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
        const [inputs, teacher] = tf.tidy(() => [
          stemOf(imageTensor(varied, batch.length, shape, pixels)).clone(),
          tf.softmax(tf.div(teacherOf(batch, clean), TEMPERATURE)),
        ]);
        return { inputs: inputs!, targets: [teacher!] };
      },
      loss: (logits, [teacher]) => {
        const softened = tf.logSoftmax(tf.div(logits, TEMPERATURE));
        return tf.mul(tf.mean(tf.sum(tf.mul(teacher!, softened), 1)), -(TEMPERATURE ** 2));
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
