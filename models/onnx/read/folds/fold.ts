import { sizeOf } from '../axes';
import { type Constant, checkFoldable } from '../constant';
import { MOST_FOLDED } from '../limits';
import type { Node, ReadTensor } from '../node';

/** Computes a node that works on constants alone. @throws NetError where they don't fit it, or it would make too many values */
export type Fold = (node: Node, inputs: readonly (Constant | undefined)[], read: ReadTensor) => Constant;

/** A constant of the same kind of numbers. */
export function like(
  { isWhole }: { isWhole: boolean },
  shape: readonly number[],
  values: ArrayLike<number>,
): Constant {
  return { shape, isWhole, values: isWhole ? Float64Array.from(values) : Float32Array.from(values) };
}

/** Where each value of a shape is in a tensor that is broadcast to it. */
export function placesIn(shape: readonly number[], from: readonly number[]): Int32Array {
  checkFoldable(shape, MOST_FOLDED);
  const places = new Int32Array(sizeOf(shape));
  const offset = shape.length - from.length;
  const steps = shape.map((_, axis) =>
    axis < offset || from[axis - offset] === 1 ? 0 : sizeOf(from.slice(axis - offset + 1)),
  );
  const at = shape.map(() => 0);
  for (let i = 0; i < places.length; i++) {
    places[i] = at.reduce((sum, place, axis) => sum + place * steps[axis]!, 0);
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
  }
  return places;
}

/** With axes in another order. */
export function transposed(x: Constant, order: readonly number[]): Constant {
  const steps = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const shape = order.map((axis) => x.shape[axis]!);
  const values = x.isWhole ? new Float64Array(x.values.length) : new Float32Array(x.values.length);
  if (shape.length === 2 && order[0] === 1) {
    const [rows, columns] = shape as [number, number];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) values[i * columns + j] = x.values[j * rows + i]!;
    return { shape, isWhole: x.isWhole, values };
  }
  const at = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    values[i] = x.values[at.reduce((sum, place, axis) => sum + place * steps[order[axis]!]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
  }
  return { shape, isWhole: x.isWhole, values };
}
