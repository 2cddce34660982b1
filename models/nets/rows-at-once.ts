import type { LayersModel } from '@tensorflow/tfjs-layers';
import { first } from '../present';
import { callsInOrder } from './graph';
import { MOST_MEMORY } from './most-memory';

/**
 * Share of it that rows on their way through a net may take; the rest is for the nets, the images and what the engine has freed and not
 * given back.
 * Origin: chosen by hand; `npm run bench large` prints what a repair takes in all.
 */
const SHARE = 1 / 3;
/**
 * Bytes that a row takes at most while a net runs, for each value of its largest layer, and while gradients are computed, for each value of all
 * layers together.
 * Origin: MobileNetV2 at 224, 16 rows forth, 8 forth and back: 38 and 310 MB a row on wasm and on tfjs-node, of 1.2 and 21.7 million values.
 */
const BYTES_TO_RUN = 32;
const BYTES_TO_TRAIN = 14;

interface Values {
  readonly largest: number;
  readonly all: number;
}

const known = new WeakMap<LayersModel, Values>();

/** How many rows may run through a net at once, one at least. @param memory bytes, of the whole process */
export function rowsToRun(net: LayersModel, memory = MOST_MEMORY): number {
  return Math.max(1, Math.floor((memory * SHARE) / bytesToRun(net)));
}

/** How many rows may run through a net at once, forth and back, one at least. @param memory bytes, of the whole process */
export function rowsToTrain(net: LayersModel, memory = MOST_MEMORY): number {
  return Math.max(1, Math.floor((memory * SHARE) / bytesToTrain(net)));
}

/** The least memory, in bytes, that a net can be trained in. */
export function leastMemory(net: LayersModel): number {
  return Math.ceil(Math.max(bytesToRun(net), bytesToTrain(net)) / SHARE);
}

function bytesToRun(net: LayersModel): number {
  return BYTES_TO_RUN * valuesOf(net).largest;
}

function bytesToTrain(net: LayersModel): number {
  return BYTES_TO_TRAIN * valuesOf(net).all;
}

/** Values of a net's layers for one row, from their shapes. */
function valuesOf(net: LayersModel): Values {
  const before = known.get(net);
  if (before) return before;
  const sizes = callsInOrder(net.outputs, net.inputs[0]).flatMap(({ outputs }) =>
    outputs.map(({ shape }) => sizeOf(shape)),
  );
  const input = sizeOf(first(net.inputs).shape);
  const values = { largest: Math.max(input, ...sizes), all: sizes.reduce((sum, each) => sum + each, input) };
  known.set(net, values);
  return values;
}

function sizeOf(shape: readonly (number | null)[]): number {
  return shape.slice(1).reduce<number>((product, side) => product * (side ?? 1), 1);
}
