import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { outputsWithin } from '../../../models/detector/run';
import { latentTensor } from '../../../models/nets/cut';
import { partBetween } from '../../../models/nets/graph';
import { atLeast, first } from '../../../models/present';
import type { RepairContext } from '../../context';
import { crossEntropy } from '../learn/train';
import { eachBatch } from '../observe/accuracy';

/** Answers are softened by it. Origin: Hinton et al. 2015 take 2 to 20; not varied. */
const TEMPERATURE = 2;

/** What B makes of the clean images: its features before the last layer, and its softened answers. */
export class Teacher {
  private constructor(
    /** Where an image's values stand; −1 for images that are not learned from. */
    private readonly rowOf: Int32Array,
    private readonly rows: number,
    private readonly answers: Float32Array,
    private readonly features: Float32Array,
    /** Of the features' values. */
    readonly variance: number,
  ) {}

  /** @param fit the clean images that it is asked of */
  static async of(context: RepairContext, bad: LayersModel, fit: Int32Array): Promise<Teacher> {
    const { classes, memory } = context;
    const tapped = partBetween(first(bad.inputs), [first(bad.outputs), latentTensor(bad)], 'tapped');
    const width = (latentTensor(bad).shape.slice(1) as number[]).reduce((product, each) => product * each, 1);
    const answers = new Float32Array(fit.length * classes);
    const features = new Float32Array(fit.length * width);
    let row = 0;
    await eachBatch(context, fit, (input, batch) => {
      tf.tidy(() => {
        const [logits, latent] = atLeast(2, outputsWithin(tapped, input, memory));
        answers.set(tf.softmax(tf.div(logits, TEMPERATURE)).dataSync(), row * classes);
        features.set(latent.dataSync(), row * width);
      });
      row += batch.length;
    });
    const rowOf = new Int32Array(context.images.count).fill(-1);
    fit.forEach((image, place) => {
      rowOf[image] = place;
    });
    return new Teacher(rowOf, fit.length, answers, features, varianceOf(features));
  }

  /** [answers n × N, features n × width] of some images, as tensors. */
  targets(batch: Int32Array): tf.Tensor[] {
    return [this.answers, this.features].map((values) => {
      const width = values.length / this.rows;
      const rows = new Float32Array(batch.length * width);
      batch.forEach((image, i) => {
        const row = this.rowOf[image]!;
        rows.set(values.subarray(row * width, (row + 1) * width), i * width);
      });
      return tf.tensor2d(rows, [batch.length, width]);
    });
  }

  /**
   * Cross-entropy of each row with the softened answers, as large as with labels (Hinton et al., Distilling the Knowledge in a Neural
   * Network, 2015).
   */
  distance(logits: tf.Tensor2D, answers: tf.Tensor): tf.Tensor1D {
    return tf.mul(crossEntropy(tf.div(logits, TEMPERATURE), answers), TEMPERATURE);
  }
}

function varianceOf(values: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return Math.max(squares / values.length - mean * mean, 1e-12);
}
