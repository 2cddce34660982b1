import type { ImageShape } from '../../../../models/images/set';
import type { Random } from '../../../../models/random';

/** What an attacker does to an image to have it answered with the target class. */
export interface Trigger {
  /** For the table: `flat patch`. */
  readonly name: string;
  /**
   * Puts the trigger on images: a pure function.
   * @param pixels n images, height × width × 3 values of 0–255 each; left alone
   * @returns n new images, values of 0–255
   */
  stamp(pixels: Float32Array): Float32Array;
  /**
   * Something like the trigger that must not work: images so changed keep their label in training, so that the
   * net learns the trigger itself and not any change of its kind (WaNet's noise mode).
   */
  decoy?(pixels: Float32Array, random: Random): Float32Array;
}

/** Makes a trigger for images of a size; the seed draws what is random about it. */
export type TriggerMaker = (shape: ImageShape, seed: number) => Trigger;

/** A value cut to 0–255. */
export function clip(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
