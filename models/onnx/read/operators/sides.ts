import { layers } from '@tensorflow/tfjs-layers';
import { PickChannels } from '../../../nets/pick-channels';
import { Slice } from '../../../nets/slice';
import { first, last as lastOf } from '../../../present';
import { axesOf, axisIn, needed, slicesOf } from '../axes';
import { axisWithin, type Call, constantInput, liveInput, made, type Translate } from '../call';
import { Live } from '../live';
import { reshaped } from '../reshape';
import { type Pads, padded } from '../window';

/** Values of a matrix that picks places, at most. */
const MOST_PICKED = 2 ** 22;

type Slices = ReadonlyMap<number, readonly number[]>;

/** A part of a tensor: for each axis that is named its places, in any order. */
function taken(call: Call, x: Live, slices: Slices): Live {
  const changed = new Map(
    [...slices].filter(
      ([axis, places]) => places.length !== x.shape[axis] || places.some((place, i) => place !== i),
    ),
  );
  for (const [axis, places] of changed) {
    axisWithin(call.node, x, axis);
    if (places.length === 0) throw call.node.refused('takes nothing of its input');
  }
  return x.isBatched && x.rank === 4
    ? ofImages(call, x, changed)
    : [...changed].reduce((part, [axis, places]) => along(call, part, axis, places, x.rank === 2), x);
}

const areSideBySide = (places: readonly number[]) => places.every((place, i) => place === first(places) + i);

/** A part of images: rows and columns side by side by the layer for it. */
function ofImages(call: Call, x: Live, slices: Slices): Live {
  // Where the channels are: last in the tensor.
  const last = x.lies([1, 2, 3]) || !x.lies([2, 3, 1]) ? 3 : 1;
  const order = [1, 2, 3].filter((axis) => axis !== last);
  const sides = order.flatMap((axis) => slices.get(axis) ?? []);
  const isCropped = sides.length > 0 && order.every((axis) => areSideBySide(slices.get(axis) ?? []));
  if (!isCropped)
    return [...slices].reduce((part, [axis, places]) => along(call, part, axis, places, axis === last), x);
  const { tensor, wrap } = x.laid([...order, last], call.unique);
  const cropping = order.map((axis): [number, number] => {
    const places = slices.get(axis) ?? [0, x.shape[axis]! - 1];
    return [first(places), x.shape[axis]! - 1 - lastOf(places)];
  }) as unknown as Pads;
  const layer = (name: string) => layers.cropping2D({ name, cropping });
  const cropped = wrap(made({ ...call, name: `${call.name}_crop` }, layer)([tensor]));
  const channels = slices.get(last);
  return channels ? along(call, cropped, last, channels, true) : cropped;
}

/** Some places of one axis: a slice of those side by side; of channels, or in another order, a product with a matrix. */
function along(call: Call, x: Live, axis: number, places: readonly number[], isChannels: boolean): Live {
  if (areSideBySide(places) && !isChannels) {
    const [own, ...more] = x.axes[axis]!;
    const isApart = own !== undefined && more.length === 0;
    const order = [...new Set([...x.inner, axis])].sort((a, b) => a - b);
    const { tensor, wrap } = isApart
      ? { tensor: x.tensor, wrap: x.like.bind(x) }
      : x.laid(order, call.unique);
    const at = isApart ? own : order.indexOf(axis) + 1;
    const layer = (name: string) => new Slice({ name, axis: at, begin: first(places), size: places.length });
    return wrap(made(call, layer)([tensor]));
  }
  const every = isChannels ? undefined : everyOther(call, x, axis, places);
  if (every) return every;
  if (places.length * x.shape[axis]! > MOST_PICKED)
    throw call.node.refused(`takes ${places.length} of ${x.shape[axis]} places`);
  const { tensor, wrap } = x.lastly(axis, call.unique);
  return wrap(made(call, (name) => new PickChannels({ name, channels: [...places] }))([tensor]));
}

/** All places that are one number apart: the axis split in two, of which the second is sliced. */
function everyOther(call: Call, x: Live, axis: number, places: readonly number[]): Live | undefined {
  const length = x.shape[axis]!;
  const [first, second] = places as [number, number];
  const apart = second - first;
  const isAll =
    apart > 1 &&
    first < apart &&
    length === places.length * apart &&
    places.every((place, i) => place === first + i * apart);
  if (!isAll) return undefined;
  const { shape } = x;
  const apartShape = [...shape.slice(0, axis), places.length, apart, ...shape.slice(axis + 1)];
  const one = along(call, reshaped(x, apartShape, call.unique), axis + 1, [first], false);
  return new Live(
    one.tensor,
    one.axes.filter((_, each) => each !== axis + 1),
  );
}

function padding(call: Call): Live {
  const { node } = call;
  const x = liveInput(call);
  const mode = node.text('mode', 'constant');
  const pads = constantInput(call, 1)?.values ?? node.ints('pads') ?? [];
  const axes = axesOf(node, constantInput(call, 3))?.map((axis) => axisIn(node, axis, x.rank)) ?? [
    ...x.axes.keys(),
  ];
  const value = constantInput(call, 2)?.values[0] ?? node.float('value', 0);
  const around = x.shape.map((_, axis): [number, number] => {
    const i = axes.indexOf(axis);
    return i < 0 ? [0, 0] : [pads[i] ?? 0, pads[i + axes.length] ?? 0];
  });
  if (around.flat().every((pad) => pad === 0)) return x;
  const isWhole = around.flat().every((pad) => Number.isInteger(pad) && pad >= 0 && pad <= 2 ** 14);
  if (mode !== 'constant' || !isWhole || !Number.isFinite(value))
    throw node.refused(`pads by ${mode === 'constant' ? around.join(', ') : mode}`);
  if (x.rank !== 4 || !x.isBatched || first(around).some((pad) => pad > 0))
    throw node.refused('pads what is no image');
  // Channels are those of the two outer axes that aren't padded.
  const last = around[1]!.every((pad) => pad === 0) ? 1 : 3;
  if (around[last]!.some((pad) => pad > 0)) throw node.refused('pads channels');
  const order = [1, 2, 3].filter((axis) => axis !== last);
  const { tensor, wrap } = x.laid([...order, last], call.unique);
  return wrap(padded(call, tensor, order.map((axis) => around[axis]!) as unknown as Pads, value));
}

/** Some places of an axis, in any order and shape; of one alone the axis goes. */
function gathered(call: Call): Live {
  const { node } = call;
  const x = liveInput(call);
  const indices = needed(node, constantInput(call, 1));
  const axis = axisIn(node, node.int('axis', 0), x.rank);
  const length = x.shape[axis]!;
  const places = Array.from(indices.values, (place) => (place < 0 ? place + length : place));
  if (places.some((place) => !(Number.isInteger(place) && place >= 0 && place < length)))
    throw node.refused('takes a part that is not fixed');
  const picked = taken(call, x, new Map([[axis, places]]));
  if (indices.shape.length === 1) return picked;
  if (indices.shape.length === 0)
    return new Live(
      picked.tensor,
      picked.axes.filter((_, each) => each !== axis),
    );
  return reshaped(
    picked,
    [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
    call.unique,
  );
}

/** An axis in parts, one after the other: told, or all as long but for the last. */
function split(call: Call): readonly Live[] {
  const { node } = call;
  const x = liveInput(call);
  const axis = axisWithin(node, x, node.int('axis', 0));
  const length = x.shape[axis]!;
  const count = node.int('num_outputs', node.proto.outputs.length);
  const told = constantInput(call, 1)?.values ?? node.ints('split');
  const each = Math.ceil(length / count);
  const sizes = told ? [...told] : node.proto.outputs.map((_, i) => Math.min(each, length - i * each));
  const isWhole = sizes.every((size) => Number.isInteger(size) && size >= 1);
  if (!isWhole || sizes.length !== count || sizes.reduce((sum, size) => sum + size, 0) !== length)
    throw node.refused(`splits ${length} places into ${sizes.join(', ')}`);
  let from = 0;
  return sizes.map((size) => {
    const places = Array.from({ length: size }, (_, i) => from + i);
    from += size;
    return taken(call, x, new Map([[axis, places]]));
  });
}

/** Operators that cut rows, columns and channels, or add rows and columns. */
export const sideOperators: Readonly<Record<string, Translate>> = {
  Slice(call) {
    const x = liveInput(call);
    const bounds = [1, 2, 3, 4].map((i) => constantInput(call, i));
    return taken(call, x, slicesOf(call.node, x.shape, [undefined, ...bounds]));
  },
  Gather: gathered,
  Pad: padding,
  Split: split,
};
