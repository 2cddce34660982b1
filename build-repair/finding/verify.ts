import * as tf from '@tensorflow/tfjs-core';
import { imageTensor, RUN_BATCH } from '../../models/detector/run';
import type { RepairContext } from '../context';
import { marginsAt, oneHotOf } from './margins';
import { type RecoveredTrigger, stampPixels } from './trigger';
import type { Twins } from './twins';

/** What a trigger does to clean images of other classes that it was not searched on. */
export interface Verified {
  /** Share of them that B answers with the class, 0–1. */
  readonly rate: number;
  /** Mean logit margins at the class, of B and of E. */
  readonly bad: number;
  readonly expert: number;
}

/** Stamps a trigger on held images, and asks B and E. */
export async function verify(
  { images, shape, pixels, classes, signal }: RepairContext,
  twins: Twins,
  trigger: RecoveredTrigger,
  target: number,
  held: Int32Array,
): Promise<Verified> {
  const others = held.filter((image) => images.labels[image] !== target);
  const sums = { turned: 0, bad: 0, expert: 0 };
  for (let start = 0; start < others.length; start += RUN_BATCH) {
    signal?.throwIfAborted();
    const batch = others.subarray(start, start + RUN_BATCH);
    const stamped = stampPixels(trigger, images.gather(batch), shape.channels);
    const margins = tf.tidy(() => {
      const { bad, expert } = twins.logits(imageTensor(stamped, batch.length, shape, pixels));
      const at = oneHotOf(new Int32Array(batch.length).fill(target), classes);
      return { bad: marginsAt(bad, at).dataSync(), expert: marginsAt(expert, at).dataSync() };
    });
    for (const each of margins.bad) {
      sums.bad += each;
      if (each > 0) sums.turned++;
    }
    for (const each of margins.expert) sums.expert += each;
    await new Promise(setImmediate);
  }
  const n = Math.max(1, others.length);
  return { rate: sums.turned / n, bad: sums.bad / n, expert: sums.expert / n };
}
