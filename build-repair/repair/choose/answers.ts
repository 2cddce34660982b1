import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { outputsOf } from '../../../models/detector/run';
import type { RepairContext } from '../../context';
import { eachBatch } from '../observe/accuracy';

/** The class that a net names for each image of a sample, in its order. */
export async function answersOn(
  context: RepairContext,
  net: LayersModel,
  sample: Int32Array,
): Promise<Int32Array> {
  const named = new Int32Array(sample.length);
  let start = 0;
  await eachBatch(context, sample, (input, batch) => {
    const values = tf.tidy(() => tf.argMax(outputsOf(net, input)[0]!, 1).dataSync());
    named.set(values, start);
    start += batch.length;
  });
  return named;
}

/** The share of answers that are the labels, 0–1. */
export function shareRight(named: Int32Array, labels: Int32Array): number {
  return named.reduce((sum, each, i) => sum + (each === labels[i] ? 1 : 0), 0) / named.length;
}
