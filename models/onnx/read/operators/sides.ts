import { layers } from '@tensorflow/tfjs-layers';
import { PickChannels } from '../../../nets/pick-channels';
import { axesOf, axisIn, needed, slicesOf } from '../axes';
import { type Call, constantInput, liveInput, made, type Translate } from '../call';
import { Live } from '../live';
import { type Pads, padded } from '../window';

/** A part of images: rows and columns side by side, any channels. */
function cropped(call: Call, x: Live, slices: ReadonlyMap<number, readonly number[]>): Live {
  const { node } = call;
  const changed = [...slices].filter(
    ([axis, places]) => places.length !== x.shape[axis] || places.some((p, i) => p !== i),
  );
  if (changed.length === 0) return x;
  if (changed.some(([axis, places]) => axis === 0 || places.length === 0) || (x.rank !== 4 && x.rank !== 2))
    throw node.refused('takes a part of its input');
  // Where the channels are: last in the tensor, of what is an image.
  const last = x.rank === 2 ? 1 : x.lies([0, 1, 2, 3]) ? 3 : 1;
  const order = [0, ...[...x.axes.keys()].slice(1).filter((axis) => axis !== last), last];
  let tensor = x.arranged(order, call.unique);
  const sides = order.slice(1, -1).map((axis): [number, number] => {
    const places = slices.get(axis);
    if (!places) return [0, 0];
    if (places.some((place, i) => place !== places[0]! + i)) throw node.refused('leaves out rows or columns');
    return [places[0]!, x.shape[axis]! - 1 - places.at(-1)!];
  });
  if (sides.flat().some((side) => side > 0)) {
    const cropping = sides as Pads;
    tensor = made({ ...call, name: `${call.name}_crop` }, (name) => layers.cropping2D({ name, cropping }))([
      tensor,
    ]);
  }
  const channels = slices.get(last);
  const isSame = channels?.every((place, i) => place === i) && channels.length === x.shape[last];
  if (channels && !isSame)
    tensor = made(call, (name) => new PickChannels({ name, channels: [...channels] }))([tensor]);
  return new Live(
    tensor,
    x.axes.map((_, axis) => [order.indexOf(axis)]),
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
  if (x.rank !== 4 || around[0]!.some((pad) => pad > 0)) throw node.refused('pads what is no image');
  // Channels are those of the two outer axes that aren't padded.
  const last = around[1]!.every((pad) => pad === 0) ? 1 : 3;
  if (around[last]!.some((pad) => pad > 0)) throw node.refused('pads channels');
  const order = [0, ...[1, 2, 3].filter((axis) => axis !== last), last];
  const image = x.arranged(order, call.unique);
  const tensor = padded(call, image, order.slice(1, 3).map((axis) => around[axis]!) as Pads, value);
  return new Live(
    tensor,
    x.axes.map((_, axis) => [order.indexOf(axis)]),
  );
}

/** Values of a matrix that picks channels, at most. */
const MOST_PICKED = 2 ** 22;

/** Some of the channels, in any order; of one alone the axis goes. */
function gathered(call: Call): Live {
  const { node } = call;
  const x = liveInput(call);
  const indices = needed(node, constantInput(call, 1));
  const axis = axisIn(node, node.int('axis', 0), x.rank);
  const places = Array.from(indices.values, (place) => (place < 0 ? place + x.shape[axis]! : place));
  if (
    axis === 0 ||
    indices.shape.length > 1 ||
    places.some((place) => !(place >= 0 && place < x.shape[axis]!))
  )
    throw node.refused('takes a part that is not fixed');
  if (places.length * x.shape[axis]! > MOST_PICKED)
    throw node.refused(`takes ${places.length} of ${x.shape[axis]} channels`);
  const picked = cropped(call, x, new Map([[axis, places]]));
  const left = picked.axes.filter((_, each) => each !== axis);
  return indices.shape.length === 0 ? new Live(picked.tensor, left) : picked;
}

/** Operators that cut rows, columns and channels, or add rows and columns. */
export const sideOperators: Readonly<Record<string, Translate>> = {
  Slice(call) {
    const x = liveInput(call);
    const bounds = [1, 2, 3, 4].map((i) => constantInput(call, i));
    return cropped(call, x, slicesOf(call.node, x.shape, [undefined, ...bounds]));
  },
  Gather: gathered,
  Pad: padding,
};
