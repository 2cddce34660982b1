import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { applier } from '../../keras/layers/plan';
import { valueAt } from '../../present';
import { sizeOf } from './axes';
import { Live, type Unique } from './live';

/** How axes become others: which factors each axis is split into, and which of these, in order, each new one is made of. */
interface Split {
  readonly factors: readonly (readonly number[])[];
  readonly wanted: readonly (readonly number[])[];
}

/**
 * A tensor in another shape of as many values.
 * @param wanted ONNX's new axes, the number of images among them as 1
 */
export function reshaped(x: Live, wanted: readonly number[], unique: Unique): Live {
  const images = placeOfImages(x, wanted);
  const live = (tensor: SymbolicTensor, axes: readonly (readonly number[])[]) =>
    new Live(
      tensor,
      axes.map((own, axis) => (axis === images ? [0, ...own] : own)),
    );
  const atoms = x.axes.flat().filter((axis) => x.lengthOf(axis) !== 1);
  const split = splitOf(
    atoms.map((axis) => x.lengthOf(axis)),
    wanted,
  );
  if (!split) {
    const { tensor } = x.laid(x.inner, unique);
    const kept = [...wanted.keys()].filter((axis) => wanted[axis] !== 1);
    const targetShape = kept.map((axis) => wanted[axis]!);
    const target = applier(layers.reshape({ name: unique('reshape'), targetShape }))([tensor]);
    return live(
      target,
      wanted.map((_, axis) => (kept.includes(axis) ? [kept.indexOf(axis) + 1] : [])),
    );
  }
  if (split.factors.every(({ length }) => length === 1))
    return live(
      x.tensor,
      split.wanted.map((factors) => factors.map((factor) => atoms[factor]!)),
    );
  // Axes of the tensor that are split lie side by side in their place.
  const places = new Map<number, number>();
  const target: number[] = [];
  let factor = 0;
  const firstOf = split.factors.map(({ length }) => {
    factor += length;
    return factor - length;
  });
  for (let axis = 1; axis < x.tensor.shape.length; axis++) {
    const atom = atoms.indexOf(axis);
    if (atom < 0) {
      target.push(x.lengthOf(axis));
      continue;
    }
    for (const [i, length] of split.factors[atom]!.entries()) {
      places.set(firstOf[atom]! + i, target.length + 1);
      target.push(length);
    }
  }
  const tensor = applier(layers.reshape({ name: unique('reshape'), targetShape: target }))([x.tensor]);
  return live(
    tensor,
    split.wanted.map((factors) => factors.map((each) => valueAt(places, each))),
  );
}

/** Which new axis the number of images becomes, or becomes a part of; -1 where it may be either of two. */
function placeOfImages(x: Live, wanted: readonly number[]): number {
  const flat = x.axes.flat();
  const at = flat.indexOf(0);
  if (at < 0) return wanted.indexOf(1);
  const before = sizeOf(flat.slice(0, at).map((axis) => x.lengthOf(axis)));
  const from = wanted.map((_, axis) => sizeOf(wanted.slice(0, axis)));
  const whole = from.findIndex((size, axis) => size === before && wanted[axis] === 1);
  if (whole >= 0 || before === 1) return Math.max(whole, 0);
  return from.includes(before) ? -1 : from.findLastIndex((size) => size < before);
}

/** @returns undefined where a new axis would begin or end within the factors of an old one that don't fit it */
function splitOf(lengths: readonly number[], wanted: readonly number[]): Split | undefined {
  const factors: number[][] = lengths.map(() => []);
  const made: number[][] = wanted.map(() => []);
  let [i, j, count] = [0, 0, 0];
  let [left, open] = [lengths[0] ?? 1, wanted[0] ?? 1];
  while (i < lengths.length && j < wanted.length) {
    const both = Math.min(left, open);
    if (left % both !== 0 || open % both !== 0) return undefined;
    if (both > 1) {
      factors[i]!.push(both);
      made[j]!.push(count++);
    }
    [left, open] = [left / both, open / both];
    if (left === 1) left = lengths[++i] ?? 1;
    if (open === 1) open = wanted[++j] ?? 1;
  }
  return { factors, wanted: made };
}
