import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor, outputsOf, RUN_BATCH } from '../../models/detector/run';
import type { RepairContext } from '../repair/context';
import { type RecoveredTrigger, stampPixels } from './trigger';

/** Share of images of other classes that a net answers with the class once the trigger is on them, 0–1. */
export async function turnRate(
  { images, shape, pixels, signal }: RepairContext,
  net: LayersModel,
  trigger: RecoveredTrigger,
  target: number,
  held: Int32Array,
): Promise<number> {
  const others = held.filter((image) => images.labels[image] !== target);
  let turned = 0;
  for (let start = 0; start < others.length; start += RUN_BATCH) {
    signal?.throwIfAborted();
    const batch = others.subarray(start, start + RUN_BATCH);
    const stamped = stampPixels(trigger, images.gather(batch), shape.channels);
    const named = tf.tidy(() => {
      const input = imageTensor(stamped, batch.length, shape, pixels);
      return tf.argMax(outputsOf(net, input)[0]!, 1).dataSync();
    });
    for (const each of named) if (each === target) turned++;
    await new Promise(setImmediate);
  }
  return others.length === 0 ? 0 : turned / others.length;
}
