import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../models/images/set';

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

/** Triggers that are being searched, one a class, as tensors that gradients flow through. */
export class TriggerSearch {
  private readonly maskGrid: tf.Variable<tf.Rank.R4>;
  private readonly colours: tf.Variable<tf.Rank.R4>;
  private readonly shape: ImageShape;

  /** @param start count × height × width × channels standard normal values */
  constructor(shape: ImageShape, count: number, start: Float32Array) {
    const { height, width, channels } = shape;
    this.shape = shape;
    const grid = [count, Math.ceil(height / GRID), Math.ceil(width / GRID), 1] as const;
    const variable = (make: () => tf.Tensor4D) => tf.tidy(() => tf.variable(make()));
    this.maskGrid = variable(() => tf.fill([...grid], START_MASK));
    this.colours = variable(() => tf.mul(tf.tensor4d(start, [count, height, width, channels]), START_COLOUR));
  }

  get variables(): tf.Variable[] {
    return [this.maskGrid, this.colours];
  }

  /** Each trigger's mask (count × height × width × 1), brought down to its area, and pattern (0–1). */
  triggers(areas: Float32Array): { masks: tf.Tensor4D; patterns: tf.Tensor4D } {
    const { height, width } = this.shape;
    const free = tf.image.resizeBilinear(
      tf.sigmoid(tf.mul(this.maskGrid, STEEPNESS)),
      [height, width],
      false,
      true,
    ) as tf.Tensor4D;
    const wanted = tf.tensor4d(areas, [areas.length, 1, 1, 1]);
    const scale = tf.minimum(1, tf.div(wanted, tf.mean(free, [1, 2, 3], true)));
    return { masks: tf.mul(free, scale), patterns: tf.sigmoid(tf.mul(this.colours, 2)) };
  }

  dispose(): void {
    tf.dispose([this.maskGrid, this.colours]);
  }
}

/** Pixels of the mask are searched in squares of this side, so that it does not fall into dust. */
const GRID = 2;
const START_MASK = -1;
const STEEPNESS = 2;
const START_COLOUR = 0.1;
