import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsOf } from '../../../models/detector/run';
import type { RepairContext } from '../../context';

/** Origin: chosen by hand, for memory and time; verdicts do not depend on it. */
const BATCH = 128;

/** Accuracy of a net on some of the clean images, 0–1. */
export async function accuracyOn(
  context: RepairContext,
  net: LayersModel,
  sample: Int32Array,
): Promise<number> {
  let right = 0;
  await eachBatch(context, sample, (input, batch) => {
    const named = tf.tidy(() => tf.argMax(outputsOf(net, input)[0]!, 1).dataSync());
    batch.forEach((image, i) => {
      if (named[i] === context.images.labels[image]) right++;
    });
  });
  return right / sample.length;
}

/** Runs some of the clean images, a batch at a time; the tensor is freed after `work`. */
export async function eachBatch(
  { images, shape, pixels, signal }: RepairContext,
  sample: Int32Array,
  work: (input: tf.Tensor4D, batch: Int32Array) => void,
): Promise<void> {
  for (let start = 0; start < sample.length; start += BATCH) {
    signal?.throwIfAborted();
    const batch = sample.subarray(start, start + BATCH);
    const input = imageTensor(images.gather(batch), batch.length, shape, pixels);
    work(input, batch);
    input.dispose();
    await new Promise(setImmediate);
  }
}
