import * as tf from '@tensorflow/tfjs-core';
import { first } from '../../present';

/**
 * The gradient of repeating: the sum over all copies. tfjs-core's own cuts each copy out and adds it to the others,
 * one after the other; a layer normalisation repeats its weights as often as there are places in a batch.
 */
export function registerTileGradient(): void {
  tf.registerGradient({
    kernelName: 'Tile',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const { reps } = attrs as unknown as { reps: number[] };
      const { shape } = first(saved);
      return { x: () => tf.tidy(() => overCopies(dy as tf.Tensor, shape, reps)) };
    },
  });
}

/** dy with an axis for the copies before each axis of x, summed over those; axes of length 1 are left out. */
function overCopies(dy: tf.Tensor, shape: number[], reps: number[]): tf.Tensor {
  const split: number[] = [];
  const copies: number[] = [];
  shape.forEach((length, axis) => {
    if (reps[axis]! !== 1) copies.push(split.push(reps[axis]!) - 1);
    if (length !== 1) split.push(length);
  });
  return tf.reshape(tf.sum(tf.reshape(dy, split), copies), shape);
}
