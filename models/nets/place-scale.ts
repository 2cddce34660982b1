import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { onlyInput } from './only-input';

export interface PlaceScaleArgs {
  name?: string;
  /** A factor a row. */
  rows: number[];
  /** A factor a column. */
  columns: number[];
}

/**
 * Images, each place times its row's and its column's factor: what makes means over windows of those that leave out what they reach beyond
 * the image. Importing this file makes it known to loaders of saved nets.
 */
export class PlaceScale extends layers.Layer {
  static readonly className = 'GoodNetPlaceScale';
  readonly #rows: number[];
  readonly #columns: number[];

  constructor(args: PlaceScaleArgs) {
    super(args as object);
    this.#rows = [...args.rows];
    this.#columns = [...args.columns];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const factors = placeFactors(this.#rows, this.#columns);
      return tf.mul(x, tf.tensor(factors, [this.#rows.length, this.#columns.length, 1]));
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rows: this.#rows, columns: this.#columns };
  }
}

tf.serialization.registerClass(PlaceScale);

/** The factor of each place, row after row. */
export function placeFactors(rows: readonly number[], columns: readonly number[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => columns.map((column) => row * column)));
}
