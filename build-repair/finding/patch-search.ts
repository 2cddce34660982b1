import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../models/images/set';
import { type Patch, sideOf } from './patches';
import { STEEPNESS, type TriggerSearch } from './trigger';

/**
 * Colours are searched from no nearer than this to black and white, from where gradients are small.
 * Origin: chosen by hand; not varied.
 */
const NEAREST = 0.1;

/** Triggers of any colours in squares that stay where they are. */
export class PatchSearch implements TriggerSearch {
  private constructor(
    private readonly masks: tf.Tensor4D,
    private readonly colours: tf.Variable<tf.Rank.R4>,
  ) {}

  /** @param patches where each trigger starts */
  static start(shape: ImageShape, patches: readonly Patch[]): PatchSearch {
    const { height, width, channels } = shape;
    const side = sideOf(shape);
    const masks = new Float32Array(patches.length * height * width);
    const colours = new Float32Array(masks.length * channels);
    patches.forEach(({ top, left, colours: from }, k) => {
      for (let y = 0; y < side; y++) {
        const start = (k * height + top + y) * width + left;
        masks.fill(1, start, start + side);
        for (let at = 0; at < side * channels; at++) {
          const value = from[y * side * channels + at]! / 255;
          const kept = Math.min(Math.max(value, NEAREST), 1 - NEAREST);
          colours[start * channels + at] = Math.log(kept / (1 - kept)) / STEEPNESS;
        }
      }
    });
    return new PatchSearch(
      tf.tensor4d(masks, [patches.length, height, width, 1]),
      tf.tidy(() => tf.variable(tf.tensor4d(colours, [patches.length, height, width, channels]))),
    );
  }

  get variables(): tf.Variable[] {
    return [this.colours];
  }

  triggers(): { masks: tf.Tensor4D; patterns: tf.Tensor4D } {
    return { masks: this.masks, patterns: tf.sigmoid(tf.mul(this.colours, STEEPNESS)) };
  }

  dispose(): void {
    tf.dispose([this.masks, this.colours]);
  }
}
