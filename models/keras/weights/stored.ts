import { NetError } from '../../errors';
import { MOST_LAYERS } from '../config/read';
import type { StoredNumbers } from '../file/hdf5';
import type { PlannedLayer } from '../planned';

/** A weight in the file. */
export interface StoredWeight extends StoredNumbers {
  /** As the file names it: `conv_1/kernel:0`, or `layers/conv2d/vars/0`. */
  readonly name: string;
}

/** Which of the file's weights belong to which layer, in the order of the layer's slots. */
export type BoundWeights = ReadonlyMap<PlannedLayer, readonly StoredWeight[]>;

/** So many belong to the most layers that a net may have, each with four. */
const MOST_WEIGHTS = 4 * MOST_LAYERS;

/** @throws NetError for a file that lists more weights than any net has, be it the same ones again and again */
export function checkCount(weights: number): void {
  if (weights <= MOST_WEIGHTS) return;
  throw new NetError(`The file lists more than ${MOST_WEIGHTS} weights`, {
    hint: 'It is damaged, or made to exhaust memory.',
  });
}

/** The refusal for a layer that has not as many weights in the file as it needs. */
export function wrongCount(
  layer: string,
  wanted: readonly string[],
  found: readonly StoredWeight[],
): NetError {
  const shown = found.slice(0, 8).map(({ name, shape }) => `${name} ${shapeText(shape)}`);
  const more = found.length > shown.length ? ` and ${found.length - shown.length} more` : '';
  const has = shown.length > 0 ? shown.join(', ') + more : 'none';
  return new NetError(`Layer "${layer}" needs the weights ${wanted.join(', ')}, but the file holds ${has}`, {
    hint: 'The weights are of another net, or the file is damaged.',
  });
}

/** A shape as Python writes it. */
export function shapeText(shape: readonly (number | null)[]): string {
  return `(${shape.map((length) => length ?? 'None').join(', ')})`;
}
