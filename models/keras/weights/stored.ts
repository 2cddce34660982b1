import { NetError } from '../../errors';
import type { StoredNumbers } from '../file/hdf5';
import type { PlannedLayer } from '../planned';

/** A weight in the file. */
export interface StoredWeight extends StoredNumbers {
  /** As the file names it: `conv_1/kernel:0`, or `layers/conv2d/vars/0`. */
  readonly name: string;
}

/** Which of the file's weights belong to which layer, in the order of the layer's slots. */
export type BoundWeights = ReadonlyMap<PlannedLayer, readonly StoredWeight[]>;

/** The refusal for a layer that has not as many weights in the file as it needs. */
export function wrongCount(
  layer: string,
  wanted: readonly string[],
  found: readonly StoredWeight[],
): NetError {
  const has = found.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join(', ') || 'none';
  return new NetError(`Layer "${layer}" needs the weights ${wanted.join(', ')}, but the file holds ${has}`, {
    hint: 'The weights are of another net, or the file is damaged.',
  });
}

/** A shape as Python writes it. */
export function shapeText(shape: readonly (number | null)[]): string {
  return `(${shape.map((length) => length ?? 'None').join(', ')})`;
}
