import * as tf from '@tensorflow/tfjs-core';
import { imageTensor } from '../../models/detector/run';
import type { RepairContext } from '../context';
import { marginsAt, oneHotOf } from './margins';
import type { Twins } from './twins';
import type { Verified } from './verify';
import { median } from './weight-signature';

/** Margins of B and E in units of B's usual one. However sure B is, it counts little where E does not follow. */
export function marginsTogether({ bad, expert }: Verified, usual: number): number {
  return (Math.min(bad, expert + usual) + expert) / usual;
}

/** The median of B's logit margin at the class of clean images: how sure it usually is. */
export function usualMargin(
  { images, shape, pixels, classes }: RepairContext,
  twins: Twins,
  held: Int32Array,
): number {
  return tf.tidy(() => {
    const input = imageTensor(images.gather(held), held.length, shape, pixels);
    const at = oneHotOf(
      held.map((image) => images.labels[image]!),
      classes,
    );
    return Math.max(1, median(marginsAt(twins.badAlone(input), at).dataSync()));
  });
}
