import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsOf } from '../../models/detector/run';
import { imageSize } from '../../models/images/set';
import { first } from '../../models/present';
import type { LabelledDrawings } from './faces';

const BATCH = 128;

/** Share of drawings that a net names by their label, 0–1: its clean accuracy, or the attack success of a trigger. */
export function shareNamed(model: LayersModel, { pixels, labels, count, shape }: LabelledDrawings): number {
  const size = imageSize(shape);
  let right = 0;
  for (let start = 0; start < count; start += BATCH) {
    const end = Math.min(start + BATCH, count);
    const named = tf.tidy(() => {
      const images = imageTensor(pixels.subarray(start * size, end * size), end - start, shape, {
        kind: '0-1',
      });
      return tf.argMax(first(outputsOf(model, images)), 1).dataSync();
    });
    named.forEach((label, i) => {
      if (label === labels[start + i]) right++;
    });
  }
  return right / count;
}
