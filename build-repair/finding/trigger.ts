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

/** What a trigger may be: the share of the picture that it covers, and of how many colours it is. */
export interface TriggerKind {
  readonly area: number;
  /** `one`: a single colour; `free`: each pixel has its own. */
  readonly colours: 'one' | 'free';
}

/** Triggers that are being searched, one a class, as tensors that gradients flow through. */
export class TriggerSearch {
  private readonly maskGrid: tf.Variable<tf.Rank.R4>;
  private readonly colours: tf.Variable<tf.Rank.R4>;

  /** @param normal draws standard normal values */
  constructor(
    private readonly shape: ImageShape,
    private readonly kind: TriggerKind,
    count: number,
    normal: () => number,
  ) {
    const { height, width, channels } = shape;
    const grid = [count, Math.ceil(height / GRID), Math.ceil(width / GRID), 1] as const;
    const one = kind.colours === 'one';
    const size = [count, one ? 1 : height, one ? 1 : width, channels] as const;
    const start = Float32Array.from({ length: size.reduce((product, side) => product * side, 1) }, normal);
    const variable = (make: () => tf.Tensor4D) => tf.tidy(() => tf.variable(make()));
    this.maskGrid = variable(() => tf.fill([...grid], START_MASK));
    this.colours = variable(() => tf.mul(tf.tensor4d(start, [...size]), one ? START_ONE : START_FREE));
  }

  get variables(): tf.Variable[] {
    return [this.maskGrid, this.colours];
  }

  /** Each trigger's mask (count × height × width × 1), and pattern (0–1; one colour: count × 1 × 1 × channels). */
  triggers(): { masks: tf.Tensor4D; patterns: tf.Tensor4D } {
    const { height, width } = this.shape;
    const free = tf.image.resizeBilinear(
      tf.sigmoid(tf.mul(this.maskGrid, STEEPNESS)),
      [height, width],
      false,
      true,
    ) as tf.Tensor4D;
    const scale = tf.minimum(1, tf.div(this.kind.area, tf.mean(free, [1, 2, 3], true)));
    return { masks: tf.mul(free, scale), patterns: tf.sigmoid(tf.mul(this.colours, STEEPNESS)) };
  }

  /** What the search has come to, in the order of the classes. */
  read(): RecoveredTrigger[] {
    const { height, width, channels } = this.shape;
    const { masks, patterns } = tf.tidy(() => {
      const made = this.triggers();
      const wide = tf.mul(made.patterns, tf.fill([1, height, width, channels], 255));
      return { masks: made.masks.dataSync(), patterns: wide.dataSync() };
    });
    const places = height * width;
    return Array.from({ length: masks.length / places }, (_, k) => ({
      mask: masks.slice(k * places, (k + 1) * places) as Float32Array,
      pattern: patterns.slice(k * places * channels, (k + 1) * places * channels) as Float32Array,
    }));
  }

  dispose(): void {
    tf.dispose([this.maskGrid, this.colours]);
  }
}

/** The mask is searched in squares of this side, so that it does not fall into dust. */
const GRID = 2;
const START_MASK = -1;
const STEEPNESS = 2;
const START_FREE = 0.1;
const START_ONE = 0.3;
