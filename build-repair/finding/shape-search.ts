import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../models/images/set';
import { STEEPNESS, type TriggerSearch } from './trigger';

/** The most of the picture that a shape covers. Origin: chosen by hand; not varied. */
const AREA = 0.1;
/** The mask is searched in squares of this side, so that it does not fall into dust. Origin: chosen by hand; not varied. */
const GRID = 2;
/** Origin: chosen by hand; not varied. */
const START_MASK = -1;
/** Origin: chosen by hand; not varied. */
const START_COLOUR = 0.6;

/** Triggers of one colour each. */
export class ShapeSearch implements TriggerSearch {
  private constructor(
    private readonly shape: ImageShape,
    private readonly maskGrid: tf.Variable<tf.Rank.R4>,
    private readonly colours: tf.Variable<tf.Rank.R4>,
  ) {}

  /** @param classes for each of them as many triggers as there are starts, one behind the other */
  static start(shape: ImageShape, classes: number): ShapeSearch {
    const { height, width, channels } = shape;
    const count = classes * startsOf(channels);
    const grid = [count, Math.ceil(height / GRID), Math.ceil(width / GRID), 1] as const;
    const colours = Float32Array.from({ length: count * channels }, (_, at) =>
      (Math.floor(at / channels) >> (at % channels)) & 1 ? START_COLOUR : -START_COLOUR,
    );
    return new ShapeSearch(
      shape,
      tf.tidy(() => tf.variable(tf.fill([...grid], START_MASK) as tf.Tensor4D)),
      tf.tidy(() => tf.variable(tf.tensor4d(colours, [count, 1, 1, channels]))),
    );
  }

  /** A search of its own that goes on with some of the triggers. */
  keep(rows: readonly number[]): ShapeSearch {
    const part = (of: tf.Variable<tf.Rank.R4>) =>
      tf.tidy(() => tf.variable(tf.gather(of, tf.tensor1d([...rows], 'int32')) as tf.Tensor4D));
    return new ShapeSearch(this.shape, part(this.maskGrid), part(this.colours));
  }

  get variables(): tf.Variable[] {
    return [this.maskGrid, this.colours];
  }

  triggers(): { masks: tf.Tensor4D; patterns: tf.Tensor4D } {
    const { height, width } = this.shape;
    const free = tf.image.resizeBilinear(
      tf.sigmoid(tf.mul(this.maskGrid, STEEPNESS)),
      [height, width],
      false,
      true,
    ) as tf.Tensor4D;
    const scale = tf.minimum(1, tf.div(AREA, tf.mean(free, [1, 2, 3], true)));
    return { masks: tf.mul(free, scale), patterns: tf.sigmoid(tf.mul(this.colours, STEEPNESS)) };
  }

  dispose(): void {
    tf.dispose([this.maskGrid, this.colours]);
  }
}

/**
 * From how many colours a shape is searched. The first steps decide which shape a trigger comes to, and a colour far from
 * the attacker's comes to none: so it starts from dark and light of each channel.
 */
export function startsOf(channels: number): number {
  return 2 ** channels;
}
