import * as tf from '@tensorflow/tfjs-core';
import { valuesOf } from '../../models/detector/run';
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

/** Triggers that are being searched as tensors that gradients flow through. */
export class TriggerSearch {
  private constructor(
    private readonly shape: ImageShape,
    private readonly kind: TriggerKind,
    private readonly maskGrid: tf.Variable<tf.Rank.R4>,
    private readonly colours: tf.Variable<tf.Rank.R4>,
  ) {}

  /**
   * @param classes for each of them as many triggers as the kind has starts, one behind the other
   * @param normal draws standard normal values
   */
  static start(shape: ImageShape, kind: TriggerKind, classes: number, normal: () => number): TriggerSearch {
    const { height, width, channels } = shape;
    const count = classes * startsOf(kind, channels);
    const grid = [count, Math.ceil(height / GRID), Math.ceil(width / GRID), 1] as const;
    const one = kind.colours === 'one';
    const size = [count, one ? 1 : height, one ? 1 : width, channels] as const;
    const colours = one
      ? Float32Array.from({ length: count * channels }, (_, at) =>
          (Math.floor(at / channels) >> (at % channels)) & 1 ? START_ONE : -START_ONE,
        )
      : Float32Array.from({ length: count * height * width * channels }, () => START_FREE * normal());
    return new TriggerSearch(
      shape,
      kind,
      tf.tidy(() => tf.variable(tf.fill([...grid], START_MASK) as tf.Tensor4D)),
      tf.tidy(() => tf.variable(tf.tensor4d(colours, [...size]))),
    );
  }

  /** A search of its own that goes on with some of the triggers. */
  keep(rows: readonly number[]): TriggerSearch {
    const part = (of: tf.Variable<tf.Rank.R4>) =>
      tf.tidy(() => tf.variable(tf.gather(of, tf.tensor1d([...rows], 'int32')) as tf.Tensor4D));
    return new TriggerSearch(this.shape, this.kind, part(this.maskGrid), part(this.colours));
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
    const masks = valuesOf(() => this.triggers().masks);
    const patterns = valuesOf(() =>
      tf.mul(this.triggers().patterns, tf.fill([1, height, width, channels], 255)),
    );
    const places = height * width;
    return Array.from({ length: masks.length / places }, (_, k) => ({
      mask: masks.slice(k * places, (k + 1) * places),
      pattern: patterns.slice(k * places * channels, (k + 1) * places * channels),
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
const START_ONE = 0.6;

/**
 * From how many colours a trigger is searched. The first steps decide which shape a trigger of one colour comes to, and
 * a colour far from the attacker's comes to none: so it starts from dark and light of each channel.
 */
export function startsOf({ colours }: TriggerKind, channels: number): number {
  return colours === 'one' ? 2 ** channels : 1;
}
