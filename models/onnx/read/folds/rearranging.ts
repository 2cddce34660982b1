import {
  axesOf,
  axisIn,
  broadcastShape,
  needed,
  resolved,
  shapeFrom,
  sizeOf,
  slicesOf,
  squeezed,
  unsqueezed,
} from '../axes';
import { type Constant, checkFoldable } from '../constant';
import { MOST_FOLDED } from '../limits';
import { type Fold, like, placesIn, transposed } from './fold';

const same: Fold = (node, [x]) => needed(node, x);

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

/** What moves, takes or joins constants. */
export const rearrangingFolds: Readonly<Record<string, Fold>> = {
  Identity: same,
  Shape: (node, [x]) => {
    const { shape } = needed(node, x);
    return shapeFrom(node, shape);
  },
  Size: (node, [x]) => ({ shape: [], isWhole: true, values: Float64Array.of(sizeOf(needed(node, x).shape)) }),
  Gather: (node, [data, indices]) => {
    const [x, at] = [needed(node, data), needed(node, indices)];
    const axis = axisIn(node, node.int('axis', 0), x.shape.length);
    const length = x.shape[axis]!;
    const places = Array.from(at.values, (place) => axisIn(node, place, length));
    const found = taken(x, axis, places);
    return { ...found, shape: [...x.shape.slice(0, axis), ...at.shape, ...x.shape.slice(axis + 1)] };
  },
  ScatterND: (node, [data, indices, updates]) => {
    node.only('reduction', ['none']);
    const [x, at, given] = [needed(node, data), needed(node, indices), needed(node, updates)];
    checkFoldable(x.shape, MOST_FOLDED);
    const depth = at.shape.at(-1) ?? 0;
    const size = sizeOf(x.shape.slice(depth));
    const values = x.values.slice();
    const count = at.values.length / depth;
    if (!(depth >= 1 && depth <= x.shape.length) || given.values.length !== count * size)
      throw node.refused('puts constants where they don’t fit');
    for (let i = 0; i < count; i++) {
      const place = x.shape
        .slice(0, depth)
        .reduce((sum, length, axis) => sum * length + axisIn(node, at.values[i * depth + axis]!, length), 0);
      values.set(given.values.subarray(i * size, (i + 1) * size), place * size);
    }
    return { ...x, values };
  },
  Slice: (node, [data, ...bounds]) => {
    const x = needed(node, data);
    const slices = slicesOf(node, x.shape, [undefined, ...bounds]);
    return [...slices].reduce((part, [axis, places]) => taken(part, axis, places), x);
  },
  Concat: (node, given) => {
    const parts = given.map((part) => needed(node, part));
    const first = needed(node, parts[0]);
    const axis = axisIn(node, node.int('axis', 0), first.shape.length);
    const outer = sizeOf(first.shape.slice(0, axis));
    checkFoldable([parts.reduce((sum, { values }) => sum + values.length, 0)], MOST_FOLDED);
    const lengths = parts.map(({ values }) => values.length / outer);
    const values = Array.from({ length: outer }, (_, o) =>
      parts.flatMap((part, i) => [...part.values.subarray(o * lengths[i]!, (o + 1) * lengths[i]!)]),
    ).flat();
    const length = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
    const shape = first.shape.map((own, i) => (i === axis ? length : own));
    if (sizeOf(shape) !== values.length) throw node.refused('joins constants that don’t fit');
    return like(first, shape, values);
  },
  Reshape: (node, [data, lengths]) => {
    const x = needed(node, data);
    return { ...x, shape: resolved(node, x.shape, [...needed(node, lengths).values]) };
  },
  Transpose: (node, [data]) => {
    const x = needed(node, data);
    const order = node.ints('perm') ?? [...x.shape.keys()].reverse();
    return transposed(
      x,
      order.map((axis) => axisIn(node, axis, x.shape.length)),
    );
  },
  Squeeze: (node, [data, axes]) => {
    const x = needed(node, data);
    return { ...x, shape: squeezed(node, x.shape, axesOf(node, axes)).map((axis) => x.shape[axis]!) };
  },
  Unsqueeze: (node, [data, axes]) => {
    const x = needed(node, data);
    const places = unsqueezed(node, x.shape.length, needed(node, axesOf(node, axes)));
    return { ...x, shape: places.map((axis) => (axis < 0 ? 1 : x.shape[axis]!)) };
  },
  Expand: (node, [data, lengths]) => {
    const x = needed(node, data);
    const shape = broadcastShape(node, x.shape, [...needed(node, lengths).values]);
    return like(
      x,
      shape,
      Array.from(placesIn(shape, x.shape), (at) => x.values[at]!),
    );
  },
};
