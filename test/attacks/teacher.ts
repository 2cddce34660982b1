import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsOf } from '../../models/detector/run';
import type { AttackData } from './data';

const RUN = 256;

/**
 * What a net answers to the attacker's clean images before it is trained any further.
 * @param model ends in logits
 * @returns gives the logits of a batch of these images, row by row
 */
export function teacherOf(
  model: LayersModel,
  { images, train, shape, classes }: AttackData,
): (batch: Int32Array) => Float32Array {
  const logits = new Float32Array(train.length * classes);
  const rowOf = new Map<number, number>();
  for (let start = 0; start < train.length; start += RUN) {
    const batch = train.subarray(start, start + RUN);
    const made = tf.tidy(() => {
      const input = imageTensor(images.gather(batch), batch.length, shape, { kind: '0-1' });
      return outputsOf(model, input)[0]!.dataSync() as Float32Array;
    });
    logits.set(made, start * classes);
    batch.forEach((image, i) => {
      rowOf.set(image, start + i);
    });
  }
  return (batch) => {
    const rows = new Float32Array(batch.length * classes);
    batch.forEach((image, i) => {
      const row = rowOf.get(image)! * classes;
      rows.set(logits.subarray(row, row + classes), i * classes);
    });
    return rows;
  };
}
