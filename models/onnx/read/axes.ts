import type { Constant } from './constant';
import type { Node } from './node';

/** Number of values of a shape. */
export const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** Whole numbers, a vector of them. */
export function wholes(values: readonly number[]): Constant {
  return { shape: [values.length], isWhole: true, values: Float64Array.from(values) };
}

/** An input that has to be there. */
export function needed<T>(node: Node, input: T | undefined): T {
  if (input === undefined) throw node.refused('lacks an input');
  return input;
}

/** An axis from 0 on. @throws NetError where there is none such */
export function axisIn(node: Node, axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(from) && from >= 0 && from < rank))
    throw node.refused(`names the axis ${axis} of ${rank}`);
  return from;
}

/** The shape that tensors broadcast to. */
export function broadcastShape(node: Node, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw node.refused(`joins ${a.join('×')} and ${b.join('×')}`);
    return x === 1 ? y : x;
  });
}

/** Places of an axis that a part is taken of, at most. */
const MOST_PLACES = 2 ** 22;

/** Which places are taken along an axis, as Python's slices count. */
export function slicePlaces(length: number, start: number, end: number, step: number): number[] {
  const within = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + length : at, low), high);
  const first = step > 0 ? within(start, 0, length) : within(start, 0, length - 1);
  const last = step > 0 ? within(end, 0, length) : within(end, -1, length - 1);
  const count = Math.max(0, Math.ceil((last - first) / step));
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** What a Slice takes along each axis: its places, for the axes that it names. */
export function slicesOf(
  node: Node,
  shape: readonly number[],
  inputs: readonly (Constant | undefined)[],
): Map<number, number[]> {
  const given = (i: number, name: string) => {
    const constant = inputs[i];
    return constant ? [...constant.values] : node.ints(name);
  };
  const starts = needed(node, given(1, 'starts'));
  const ends = needed(node, given(2, 'ends'));
  const axes = given(3, 'axes') ?? starts.map((_, axis) => axis);
  const steps = inputs[4] ? [...inputs[4].values] : starts.map(() => 1);
  return new Map(
    axes.map((named, i) => {
      const axis = axisIn(node, named, shape.length);
      const bounds = [starts[i], ends[i], steps[i]];
      if (bounds.some((bound) => bound === undefined || Number.isNaN(bound)) || steps[i] === 0)
        throw node.refused('takes a part that is not fixed');
      if (shape[axis]! > MOST_PLACES) throw node.refused(`takes a part of ${shape[axis]} places`);
      return [axis, slicePlaces(shape[axis]!, starts[i]!, ends[i]!, steps[i]!)] as const;
    }),
  );
}

/** The axes that a node names, by an attribute (before opset 13) or an input; undefined where it names none. */
export function axesOf(node: Node, input: Constant | undefined): readonly number[] | undefined {
  const attribute = node.ints('axes');
  return input ? [...input.values] : attribute;
}

/** A shape without some axes of one place, or all. */
export function squeezed(
  node: Node,
  shape: readonly number[],
  axes: readonly number[] | undefined,
): number[] {
  const gone =
    axes?.map((axis) => axisIn(node, axis, shape.length)) ?? [...shape.keys()].filter((i) => shape[i] === 1);
  const wrong = gone.find((axis) => shape[axis] !== 1);
  if (wrong !== undefined) throw node.refused(`drops the axis ${wrong} of ${shape.join('×')}`);
  return [...shape.keys()].filter((axis) => !gone.includes(axis));
}

/** Where new axes of one place come: the axes of what is given, -1 for a new one. */
export function unsqueezed(node: Node, rank: number, axes: readonly number[]): number[] {
  const places = axes.map((axis) => axisIn(node, axis, rank + axes.length));
  let next = 0;
  return Array.from({ length: rank + axes.length }, (_, i) => (places.includes(i) ? -1 : next++));
}

/** Lengths that a Reshape asks for, 0 and -1 worked out. */
export function resolved(node: Node, shape: readonly number[], wanted: readonly number[]): number[] {
  const keepsZero = node.int('allowzero', 0) === 1;
  const lengths = wanted.map((length, i) => (length === 0 && !keepsZero ? (shape[i] ?? 0) : length));
  const open = lengths.indexOf(-1);
  const rest = lengths.reduce((product, length) => (length === -1 ? product : product * length), 1);
  if (open >= 0) lengths[open] = sizeOf(shape) / rest;
  if (sizeOf(lengths) !== sizeOf(shape) || lengths.some((length) => !Number.isInteger(length)))
    throw node.refused(`makes ${wanted.join('×')} of ${shape.join('×')}`);
  return lengths;
}

/** A shape as a constant, or the part of it that the node asks for. */
export function shapeFrom(node: Node, shape: readonly number[]): Constant {
  const end = node.attribute('end')?.int;
  return wholes(shape.slice(node.int('start', 0), end ?? shape.length));
}
