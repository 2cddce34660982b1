import * as tf from '@tensorflow/tfjs-core';
import { inNetOrder } from '../../models/detector/run';
import { type PixelScaling, pixelFactors } from '../../models/pixels';

/** A trigger recovered from a net: an image x becomes x·(1 − mask) + pattern·mask. */
export interface RecoveredTrigger {
  /** Height × width values, 0–1. */
  readonly mask: Float32Array;
  /** Height × width × channels values of 0–255. */
  readonly pattern: Float32Array;
}

/** Stamps a trigger on images, into a new array. @param pixels n images, values of 0–255 */
export function stampPixels(
  { mask, pattern }: RecoveredTrigger,
  pixels: Float32Array,
  channels: number,
): Float32Array {
  const size = pattern.length;
  return pixels.map((value, at) => {
    const here = at % size;
    const opacity = mask[Math.floor(here / channels)]!;
    return value * (1 - opacity) + pattern[here]! * opacity;
  });
}

/** The mean opacity of a mask: the share of the picture that the trigger covers, 0–1. */
export function areaOf(mask: Float32Array): number {
  return mask.reduce((sum, value) => sum + value, 0) / mask.length;
}

/**
 * What a trigger may be: `shape`, one colour on up to a tenth of the picture, wherever it does most; `patch`, any colours in a
 * small square.
 */
export type TriggerKind = 'shape' | 'patch';

/** Searched values go through a sigmoid of this steepness. Origin: chosen by hand; not varied. */
export const STEEPNESS = 2;

/** Triggers that are being searched as tensors that gradients flow through. */
export interface TriggerSearch {
  readonly variables: tf.Variable[];
  /** Each trigger's mask (count × height × width × 1), and pattern (count × height × width × channels, or what broadcasts). */
  triggers(): { masks: tf.Tensor4D; patterns: tf.Tensor4D };
  dispose(): void;
}

/** Pictures that are being searched, as the nets take them; gradients flow through. @param pictures of 0–1 */
export function asNetsTake(pictures: tf.Tensor, pixels: PixelScaling, channels: number): tf.Tensor {
  const { factor, offset } = pixelFactors(pixels, channels);
  const ordered = inNetOrder(pictures, pixels);
  return tf.add(tf.mul(ordered, tf.tensor1d(factor.map((each) => each * 255))), tf.tensor1d(offset));
}
