import * as tf from '@tensorflow/tfjs-core';
import { type ImageShape, imageSize } from '../../models/images/set';
import type { Random } from '../../models/random';
import { STEEPNESS, type TriggerSearch } from './trigger';

/**
 * The most of the picture that such a trigger covers, at first and at last: it shrinks, by the same factor each step, until some share of the steps is
 * done. Begun small, the search finds nothing to go by.
 * Origin: looked at on cifar10's patch net, a sticker of 1.6 %: begun at 2 % its target was turned to by 10 or 63 % of the images, by seed, begun at
 * 6 % by 92; left at 3 % it stands out less, by 1.1 for 2.6 (a trial outside of this repository).
 */
const FIRST_AREA = 0.06;
const AREA = 0.02;
const SHRUNK = 0.7;
/** Origin: chosen by hand; not varied. */
const START_MASK = -1;
const START_COLOURS = 0.1;

/** Triggers of any shape and colours, wherever they do most, on little of the picture (Wang et al., Neural Cleanse, IEEE S&P 2019). */
export class FreeSearch implements TriggerSearch {
  private area = FIRST_AREA;

  private constructor(
    private readonly mask: tf.Variable<tf.Rank.R4>,
    private readonly colours: tf.Variable<tf.Rank.R4>,
  ) {}

  /** @param count how many triggers */
  static start(shape: ImageShape, count: number, random: Random): FreeSearch {
    const { height, width, channels } = shape;
    const values = Float32Array.from(
      { length: count * imageSize(shape) },
      () => START_COLOURS * random.normal(),
    );
    return new FreeSearch(
      tf.tidy(() => tf.variable(tf.fill([count, height, width, 1], START_MASK) as tf.Tensor4D)),
      tf.tidy(() => tf.variable(tf.tensor4d(values, [count, height, width, channels]))),
    );
  }

  get variables(): tf.Variable[] {
    return [this.mask, this.colours];
  }

  advance(share: number): void {
    this.area = AREA * (FIRST_AREA / AREA) ** Math.max(0, 1 - share / SHRUNK);
  }

  triggers(): { masks: tf.Tensor4D; patterns: tf.Tensor4D } {
    const free = tf.sigmoid(tf.mul(this.mask, STEEPNESS)) as tf.Tensor4D;
    const scale = tf.minimum(1, tf.div(this.area, tf.mean(free, [1, 2, 3], true)));
    return { masks: tf.mul(free, scale), patterns: tf.sigmoid(tf.mul(this.colours, STEEPNESS)) };
  }

  dispose(): void {
    tf.dispose([this.mask, this.colours]);
  }
}
