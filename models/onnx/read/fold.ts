import { type Constant, checkFoldable, isFloat } from './constant';
import { MOST_FOLDED } from './limits';
import type { Node, ReadTensor } from './node';

type Fold = (node: Node, inputs: readonly (Constant | undefined)[], read: ReadTensor) => Constant;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** A constant of the same kind of numbers. */
function like(
  { isWhole }: { isWhole: boolean },
  shape: readonly number[],
  values: ArrayLike<number>,
): Constant {
  return { shape, isWhole, values: isWhole ? Float64Array.from(values) : Float32Array.from(values) };
}

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

/** Where each value of a shape is in a tensor that is broadcast to it. */
function placesIn(shape: readonly number[], from: readonly number[]): Int32Array {
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

function elementwise(compute: (a: number, b: number, isWhole: boolean) => number): Fold {
  return (node, [first, second]) => {
    const [a, b] = [needed(node, first), needed(node, second)];
    const shape = broadcastShape(node, a.shape, b.shape);
    const [atA, atB] = [placesIn(shape, a.shape), placesIn(shape, b.shape)];
    const isWhole = a.isWhole && b.isWhole;
    const values = Array.from(atA, (at, i) => compute(a.values[at]!, b.values[atB[i]!]!, isWhole));
    return like({ isWhole }, shape, values);
  };
}

function each(compute: (x: number) => number): Fold {
  return (node, [x]) => {
    const { shape, values, isWhole } = needed(node, x);
    checkFoldable(shape, MOST_FOLDED);
    return like({ isWhole }, shape, Array.from(values, compute));
  };
}

const same: Fold = (node, [x]) => needed(node, x);

/** With axes in another order. */
export function transposed(x: Constant, order: readonly number[]): Constant {
  const steps = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const shape = order.map((axis) => x.shape[axis]!);
  const values = x.isWhole ? new Float64Array(x.values.length) : new Float32Array(x.values.length);
  const at = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    values[i] = x.values[at.reduce((sum, place, axis) => sum + place * steps[order[axis]!]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
  }
  return { shape, isWhole: x.isWhole, values };
}

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
      const bounds = [starts[i], ends[i], steps[i], shape[axis]];
      if (bounds.some((bound) => bound === undefined || Number.isNaN(bound)) || steps[i] === 0)
        throw node.refused('takes a part that is not fixed');
      return [axis, slicePlaces(shape[axis]!, starts[i]!, ends[i]!, steps[i]!)] as const;
    }),
  );
}

/** Some places along an axis. */
function taken(x: Constant, axis: number, places: readonly number[], isKept = true): Constant {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const length = x.shape[axis]!;
  checkFoldable([outer, places.length, inner], MOST_FOLDED);
  const values: number[] = [];
  for (let o = 0; o < outer; o++)
    for (const place of places)
      for (let i = 0; i < inner; i++) values.push(x.values[(o * length + place) * inner + i]!);
  const shape = [...x.shape.slice(0, axis), ...(isKept ? [places.length] : []), ...x.shape.slice(axis + 1)];
  return like(x, shape, values);
}

/** The axes that a node names, by an attribute (before opset 13) or an input; undefined where it names none. */
export function axesOf(node: Node, input: Constant | undefined): readonly number[] | undefined {
  const told = node.ints('axes');
  return input ? [...input.values] : told;
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

/** What constants become; all that exporters compute shapes with. */
export const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['Identity', same],
  ['Add', elementwise((a, b) => a + b)],
  ['Sub', elementwise((a, b) => a - b)],
  ['Mul', elementwise((a, b) => a * b)],
  ['Div', elementwise((a, b, isWhole) => (isWhole ? Math.trunc(a / b) : a / b))],
  ['Mod', elementwise((a, b) => a - b * Math.floor(a / b))],
  ['Pow', elementwise((a, b) => a ** b)],
  ['Equal', elementwise((a, b) => Number(a === b))],
  ['Neg', each((x) => -x)],
  ['Sqrt', each(Math.sqrt)],
  ['Reciprocal', each((x) => 1 / x)],
  ['Floor', each(Math.floor)],
  ['Ceil', each(Math.ceil)],
  ['Exp', each(Math.exp)],
  [
    'Constant',
    (node, _, read) => {
      const value = node.attribute('value')?.tensor;
      const [float, int] = [node.attribute('value_float'), node.attribute('value_int')];
      const [floats, ints] = [node.attribute('value_floats'), node.attribute('value_ints')];
      if (value) return read(value);
      if (float) return { shape: [], isWhole: false, values: Float32Array.of(float.float) };
      if (int) return { shape: [], isWhole: true, values: Float64Array.of(int.int) };
      if (floats)
        return { shape: [floats.floats.length], isWhole: false, values: Float32Array.from(floats.floats) };
      if (ints) return wholes(ints.ints);
      throw node.refused('holds no numbers');
    },
  ],
  [
    'ConstantOfShape',
    (node, [lengths], read) => {
      const shape = [...needed(node, lengths).values];
      checkFoldable(shape, MOST_FOLDED);
      const value = node.attribute('value')?.tensor;
      const one = value ? read(value) : { isWhole: false, values: [0] };
      return like(
        one,
        shape,
        Array.from({ length: sizeOf(shape) }, () => one.values[0] ?? 0),
      );
    },
  ],
  [
    'Cast',
    (node, [x]) => {
      const { shape, values } = needed(node, x);
      const to = node.int('to', 1);
      node.attribute('saturate');
      const isWhole = !isFloat(to);
      if (!isWhole && values instanceof Float32Array) return { shape, isWhole, values };
      const cast =
        to === 9 ? (value: number) => Number(value !== 0) : isWhole ? Math.trunc : (value: number) => value;
      return like({ isWhole }, shape, Array.from(values, cast));
    },
  ],
  [
    'Shape',
    (node, [x]) => {
      const { shape } = needed(node, x);
      return shapeFrom(node, shape);
    },
  ],
  [
    'Size',
    (node, [x]) => ({ shape: [], isWhole: true, values: Float64Array.of(sizeOf(needed(node, x).shape)) }),
  ],
  [
    'Gather',
    (node, [data, indices]) => {
      const [x, at] = [needed(node, data), needed(node, indices)];
      const axis = axisIn(node, node.int('axis', 0), x.shape.length);
      const length = x.shape[axis]!;
      const places = Array.from(at.values, (place) => axisIn(node, place, length));
      const found = taken(x, axis, places);
      return { ...found, shape: [...x.shape.slice(0, axis), ...at.shape, ...x.shape.slice(axis + 1)] };
    },
  ],
  [
    'Slice',
    (node, [data, ...bounds]) => {
      const x = needed(node, data);
      const slices = slicesOf(node, x.shape, [undefined, ...bounds]);
      return [...slices].reduce((part, [axis, places]) => taken(part, axis, places), x);
    },
  ],
  [
    'Concat',
    (node, given) => {
      const parts = given.map((part) => needed(node, part));
      const first = needed(node, parts[0]);
      const axis = axisIn(node, node.int('axis', 0), first.shape.length);
      const outer = sizeOf(first.shape.slice(0, axis));
      const lengths = parts.map(({ values }) => values.length / outer);
      const values = Array.from({ length: outer }, (_, o) =>
        parts.flatMap((part, i) => [...part.values.subarray(o * lengths[i]!, (o + 1) * lengths[i]!)]),
      ).flat();
      const length = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
      const shape = first.shape.map((own, i) => (i === axis ? length : own));
      if (sizeOf(shape) !== values.length) throw node.refused('joins constants that don’t fit');
      return like(first, shape, values);
    },
  ],
  [
    'Reshape',
    (node, [data, lengths]) => {
      const x = needed(node, data);
      return { ...x, shape: resolved(node, x.shape, [...needed(node, lengths).values]) };
    },
  ],
  [
    'Transpose',
    (node, [data]) => {
      const x = needed(node, data);
      const order = node.ints('perm') ?? [...x.shape.keys()].reverse();
      return transposed(
        x,
        order.map((axis) => axisIn(node, axis, x.shape.length)),
      );
    },
  ],
  [
    'Squeeze',
    (node, [data, axes]) => {
      const x = needed(node, data);
      return { ...x, shape: squeezed(node, x.shape, axesOf(node, axes)).map((axis) => x.shape[axis]!) };
    },
  ],
  [
    'Unsqueeze',
    (node, [data, axes]) => {
      const x = needed(node, data);
      const places = unsqueezed(node, x.shape.length, needed(node, axesOf(node, axes)));
      return { ...x, shape: places.map((axis) => (axis < 0 ? 1 : x.shape[axis]!)) };
    },
  ],
  [
    'Expand',
    (node, [data, lengths]) => {
      const x = needed(node, data);
      const shape = broadcastShape(node, x.shape, [...needed(node, lengths).values]);
      return like(
        x,
        shape,
        Array.from(placesIn(shape, x.shape), (at) => x.values[at]!),
      );
    },
  ],
  [
    'Where',
    (node, [condition, first, second]) => {
      const [c, a, b] = [needed(node, condition), needed(node, first), needed(node, second)];
      const shape = broadcastShape(node, c.shape, broadcastShape(node, a.shape, b.shape));
      const [atC, atA, atB] = [c, a, b].map((each) => placesIn(shape, each.shape));
      const pick = (i: number) => (c.values[atC![i]!] ? a.values[atA![i]!]! : b.values[atB![i]!]!);
      return like(
        a,
        shape,
        Array.from(atC!, (_, i) => pick(i)),
      );
    },
  ],
  [
    'Range',
    (node, given) => {
      const [start, end, step] = given.map((each) => needed(node, each).values[0]!);
      const count = Math.max(0, Math.ceil((end! - start!) / step!));
      checkFoldable([count], MOST_FOLDED);
      return like(
        given[0]!,
        [count],
        Array.from({ length: count }, (_, i) => start! + i * step!),
      );
    },
  ],
]);

/** A shape as a constant, or the part of it that the node asks for. */
export function shapeFrom(node: Node, shape: readonly number[]): Constant {
  const end = node.attribute('end')?.int;
  return wholes(shape.slice(node.int('start', 0), end ?? shape.length));
}
