import { layers } from '@tensorflow/tfjs-layers';
import { applier } from '../../keras/layers/plan';
import { valueAt } from '../../present';
import { Live, type Unique } from './live';

/** How axes become others: which factors each axis is split into, and which of these, in order, each new one is made of. */
interface Split {
  readonly factors: readonly (readonly number[])[];
  readonly wanted: readonly (readonly number[])[];
}

/**
 * A tensor in another shape of as many values.
 * @param wanted ONNX's new axes but for the first, the number of images
 */
export function reshaped(x: Live, wanted: readonly number[], unique: Unique): Live {
  const atoms = x.axes
    .slice(1)
    .flat()
    .filter((axis) => x.lengthOf(axis) !== 1);
  const split = splitOf(
    atoms.map((axis) => x.lengthOf(axis)),
    wanted,
  );
  if (!split) {
    const plain = x.arranged([...x.axes.keys()], unique);
    const target = layers.reshape({ name: unique('reshape'), targetShape: [...wanted] });
    return Live.plain(applier(target)([plain]));
  }
  if (split.factors.every(({ length }) => length === 1))
    return new Live(x.tensor, [
      [0],
      ...split.wanted.map((factors) => factors.map((factor) => atoms[factor]!)),
    ]);
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
  return new Live(tensor, [
    [0],
    ...split.wanted.map((factors) => factors.map((each) => valueAt(places, each))),
  ]);
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
