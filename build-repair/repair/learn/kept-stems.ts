import * as tf from '@tensorflow/tfjs-core';
import { valueAt } from '../../../models/present';
import type { Random } from '../../../models/random';
import { Spool } from '../../images/spool';

/** Share of the memory that is taken before a temporary file is. Origin: chosen by hand. */
const SHARE = 1 / 8;

/**
 * What the frozen stem of a net says of varied copies of images, so that what is learned behind it runs the stem no more: in memory or, where
 * that is too little, in a temporary file.
 */
export class KeptStems {
  private readonly size: number;
  private readonly kept: Float32Array | Spool;
  private readonly placeOf = new Map<number, number>();
  private length = 0;

  /**
   * @param shape of what the stem says of one image
   * @param images which images, in the order in which they will be kept
   * @param copies how many copies of each
   * @param memory bytes, of the whole process
   * @throws GoodNetError `environment` where the temporary file can't be written
   */
  constructor(
    private readonly shape: readonly number[],
    private readonly images: Int32Array,
    private readonly copies: number,
    memory: number,
  ) {
    this.size = shape.reduce((product, side) => product * side, 1);
    const values = copies * images.length * this.size;
    this.kept = 4 * values <= SHARE * memory ? new Float32Array(values) : Spool.create();
    images.forEach((image, place) => {
      this.placeOf.set(image, place);
    });
  }

  /** Keeps what the stem says of the next images; when all of them are there, of the next copy of the first. */
  keep(values: Float32Array): void {
    if (this.kept instanceof Spool) this.kept.append(values);
    else this.kept.set(values, this.length);
    this.length += values.length;
  }

  /** A copy of each of some images, drawn at random: n × the stem's shape. */
  draw(images: Int32Array, random: Random): tf.Tensor {
    const { size, shape } = this;
    const rows = new Float32Array(images.length * size);
    images.forEach((image, i) => {
      const at = (random.int(this.copies) * this.images.length + valueAt(this.placeOf, image)) * size;
      if (this.kept instanceof Spool) this.kept.read(4 * at, 4, rows, i * size, size);
      else rows.set(this.kept.subarray(at, at + size), i * size);
    });
    return tf.tensor(rows, [images.length, ...shape]);
  }

  /** Removes the temporary file; nothing can be drawn any more. */
  dispose(): void {
    if (this.kept instanceof Spool) this.kept.dispose();
  }
}
