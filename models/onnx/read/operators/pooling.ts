import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { callOf } from '../../../nets/graph';
import { PlaceScale } from '../../../nets/place-scale';
import { type Call, imageOf, made, type Translate } from '../call';
import { Live } from '../live';
import { type Pads, padded, paddingOf, sidesOf, type Window, windowOf } from '../window';

/** Below what any net computes, and far from where 32-bit floats end. */
const LOWEST = -1e30;

/** Whether no value is below zero, as its layer tells. */
function isNonNegative(x: SymbolicTensor): boolean {
  const { layer } = callOf(x);
  const { activation } = layer.getConfig();
  return layer.getClassName() === 'ReLU' || ['relu', 'relu6', 'sigmoid'].includes(activation as string);
}

/** What the windows pad, and reach beyond it. */
const allPads = ({ pads, beyond }: Window): Pads =>
  pads.map(([before, behind], axis) => [before, behind + beyond[axis]!]) as Pads;

const argsOf = ({ size, strides }: Window) => ({
  poolSize: [...size] as [number, number],
  strides: [...strides] as [number, number],
});

const maxPool: Translate = (call) => {
  const { node } = call;
  const x = imageOf(call);
  node.only('storage_order', [0]);
  const window = windowOf(call, node.ints('kernel_shape'), sidesOf(x));
  if (Math.max(...window.dilations) > 1) throw node.refused('has a dilated window');
  const padding = paddingOf(window, sidesOf(x));
  const input = padding ? x : padded(call, x, allPads(window), isNonNegative(x) ? 0 : LOWEST);
  const args = { ...argsOf(window), padding: padding ?? 'valid' } as const;
  return Live.image(made(call, (name) => layers.maxPooling2d({ name, ...args }))([input]));
};

/** How many of a window's rows, or columns, count at each of its places. */
function counted(
  { size, strides, places, pads }: Window,
  axis: 0 | 1,
  length: number,
  withPads: boolean,
): number[] {
  const [before, behind] = pads[axis];
  const [first, last] = withPads ? [0, before + length + behind] : [before, before + length];
  return Array.from({ length: places[axis] }, (_, place) => {
    const start = place * strides[axis];
    return Math.min(start + size[axis], last) - Math.max(start, first);
  });
}

const averagePool: Translate = (call) => {
  const { node } = call;
  const x = imageOf(call);
  const withPads = node.int('count_include_pad', 0) === 1;
  const window = windowOf(call, node.ints('kernel_shape'), sidesOf(x));
  if (Math.max(...window.dilations) > 1) throw node.refused('has a dilated window');
  const keras = paddingOf(window, sidesOf(x));
  // Keras leaves the padding out of the mean.
  const padding = keras === 'same' && withPads ? undefined : keras;
  const input = padding ? x : padded(call, x, allPads(window));
  const args = { ...argsOf(window), padding: padding ?? 'valid' } as const;
  const means = made(call, (name) => layers.averagePooling2d({ name, ...args }))([input]);
  if (padding) return Live.image(means);
  const factors = ([0, 1] as const).map((axis) =>
    counted(window, axis, sidesOf(x)[axis], withPads).map((count) => window.size[axis] / count),
  ) as [number[], number[]];
  if (factors.flat().some((factor) => !Number.isFinite(factor)))
    throw node.refused('has a window on padding alone');
  if (factors.flat().every((factor) => factor === 1)) return Live.image(means);
  const [rows, columns] = factors;
  return Live.image(made(call, (name) => new PlaceScale({ name, rows, columns }))([means]));
};

/** Over all places: what is left is a value a channel, (batch, channels). */
export function overPlaces(call: Call, of: 'mean' | 'max'): SymbolicTensor {
  const pool = of === 'mean' ? layers.globalAveragePooling2d : layers.globalMaxPooling2d;
  return made(call, (name) => pool({ name }))([imageOf(call)]);
}

const globally =
  (of: 'mean' | 'max'): Translate =>
  (call) =>
    new Live(overPlaces(call, of), [[0], [1], [], []]);

export const poolings: Readonly<Record<string, Translate>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globally('mean'),
  GlobalMaxPool: globally('max'),
};
