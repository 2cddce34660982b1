import * as tf from '@tensorflow/tfjs-core';
import { imageTensor } from '../../models/detector/run';
import type { RepairContext } from '../repair/context';
import { marginsAt, oneHotOf } from './margins';
import { median } from './signature';
import type { Twins } from './twins';
import type { Verified } from './verify';

/** What the signature counts beside the margins, and what both together are held against (docs/method.md). */
const SIGNATURE_WEIGHT = 2;
const MOST_TOGETHER = 10;
/** What a signature alone is held against. */
const MOST_SIGNATURE = 4.4;
/** Among fewer classes no signature stands out; margins alone are then held against MOST_MARGINS. */
const FEW_CLASSES = 20;
const MOST_MARGINS = 5;

/**
 * A class's evidence over what clean nets stay below: margins and signature together, or the signature alone.
 * @param margins of the trigger that turns B and E the most (see marginsTogether)
 * @param classes N
 */
export function scoreOf(margins: number, signature: number, classes: number): number {
  if (classes < FEW_CLASSES) return margins / MOST_MARGINS;
  return Math.max((margins + SIGNATURE_WEIGHT * signature) / MOST_TOGETHER, signature / MOST_SIGNATURE);
}

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
    return Math.max(1, median(marginsAt(twins.bad(input), at).dataSync()));
  });
}
