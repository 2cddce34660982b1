import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsWithin, valuesOf } from '../../../models/detector/run';
import { first } from '../../../models/present';
import type { RepairContext } from '../../context';

/** Origin: chosen by hand, for memory and time; verdicts do not depend on it. */
const BATCH = 128;

/** Accuracy of a net on some of the clean images, 0–1. */
export async function accuracyOn(
  context: RepairContext,
  net: LayersModel,
  sample: Int32Array,
): Promise<number> {
  const labels = Int32Array.from(sample, (image) => context.images.labels[image]!);
  return shareRight(await answersOn(context, net, sample), labels);
}

/** The class that a net names for each image of a sample, in its order. */
export async function answersOn(
  context: RepairContext,
  net: LayersModel,
  sample: Int32Array,
): Promise<Int32Array> {
  const predicted = new Int32Array(sample.length);
  let start = 0;
  await eachBatch(context, sample, (input, batch) => {
    predicted.set(
      valuesOf(() => tf.argMax(first(outputsWithin(net, input, context.memory)), 1)),
      start,
    );
    start += batch.length;
  });
  return predicted;
}

/** The share of answers that are the labels, 0–1. */
export function shareRight(predicted: Int32Array, labels: Int32Array): number {
  return predicted.reduce((sum, each, i) => sum + (each === labels[i] ? 1 : 0), 0) / predicted.length;
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
    try {
      work(input, batch);
    } finally {
      input.dispose();
    }
    await new Promise(setImmediate);
  }
}
