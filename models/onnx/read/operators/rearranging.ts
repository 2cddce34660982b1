import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PickChannels } from '../../../nets/pick-channels';
import { Resize } from '../../../nets/resize';
import { type Call, constantInput, imageOf, liveInput, made, type Translate } from '../call';
import { axesOf, axisIn, needed, shapeFrom, slicesOf, squeezed, unsqueezed } from '../fold';
import { Live } from '../live';
import { reshaped } from '../reshape';
import { type Pads, padded } from '../window';

/** Lengths of one image: those that a Reshape asks for, without the first, which must be the number of images. */
function rowOf({ node }: Call, x: Live, wanted: readonly number[]): number[] {
  const values = x.shape.slice(1).reduce((product, length) => product * length, 1);
  const keepsZero = node.int('allowzero', 0) === 1;
  const [first, ...rest] = wanted.map((length, i) =>
    length === 0 && !keepsZero ? (x.shape[i] ?? 0) : length,
  );
  const known = rest.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const open = rest.filter((length) => length === -1).length;
  // A net for batches of one fixed size has that size for the number of images.
  const isNumber = first !== undefined && (Number.isNaN(first) || first === -1 || first >= 1);
  const fits = open === 0 ? known === values : open === 1 && first !== -1 && values % known === 0;
  if (!isNumber || !fits || rest.some((length) => Number.isNaN(length)))
    throw node.refused(
      `makes ${wanted.map((each) => (Number.isNaN(each) ? 'N' : each)).join('×')} of ${x.shape.slice(1).join('×')} an image`,
    );
  return rest.map((length) => (length === -1 ? values / known : length));
}

function moved(x: Live, order: readonly number[]): Live {
  return new Live(
    x.tensor,
    order.map((axis) => (axis < 0 ? [] : x.axes[axis]!)),
  );
}

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

/** Samples of a matrix that one side is resized with, at most. */
const MOST_SAMPLES = 2 ** 22;

function resized(call: Call): Live {
  const { node } = call;
  const x = liveInput(call);
  const image = imageOf(call);
  const [, , rows, columns] = x.shape as [number, number, number, number];
  const sizes = constantInput(call, 3)?.values;
  const scales = constantInput(call, node.opset < 11 ? 1 : 2)?.values;
  const wanted = sizes?.length
    ? [...sizes]
    : x.shape.map((length, i) => Math.floor(length * (scales?.[i] ?? Number.NaN)));
  const [height, width] = [wanted[2]!, wanted[3]!];
  const mode = node.text('mode', 'nearest');
  const places = node.text('coordinate_transformation_mode', node.opset < 11 ? 'asymmetric' : 'half_pixel');
  const rounding = node.text('nearest_mode', 'round_prefer_floor');
  for (const name of ['cubic_coeff_a', 'extrapolation_value', 'keep_aspect_ratio_policy'])
    node.attribute(name);
  for (const name of ['antialias', 'exclude_outside']) node.only(name, [0]);
  if (node.ints('axes')) throw node.refused('resizes some axes alone');
  const keepsChannels =
    wanted.length === 4 && (wanted[1] === x.shape[1] || (scales?.[1] === 1 && !sizes?.length));
  if (
    !keepsChannels ||
    !(rows * height <= MOST_SAMPLES && columns * width <= MOST_SAMPLES && height >= 1 && width >= 1)
  )
    throw node.refused(`resizes ${rows}×${columns} to ${height}×${width}`);
  if (height === rows && width === columns) return x;
  const isWholeTimes = height % rows === 0 && width % columns === 0;
  // What lies in the middle of pixels, where enlarged by whole numbers, is the same in all these ways.
  const isNearest =
    mode === 'nearest' &&
    ((places === 'tf_half_pixel_for_nn' && rounding === 'floor') ||
      (places === 'asymmetric' && rounding === 'floor' && isWholeTimes) ||
      (['half_pixel', 'pytorch_half_pixel'].includes(places) &&
        rounding.startsWith('round') &&
        isWholeTimes));
  const isBilinear =
    mode === 'linear' &&
    (places === 'half_pixel' || (places === 'pytorch_half_pixel' && height > 1 && width > 1));
  if (!isNearest && !isBilinear)
    throw node.refused(
      `resizes by ${mode}, ${places}, ${rounding}, of ${rows}×${columns} to ${height}×${width}`,
    );
  const interpolation = isNearest ? 'nearest' : 'bilinear';
  return Live.image(made(call, (name) => new Resize({ name, height, width, interpolation }))([image]));
}

function concatenated(call: Call): Live {
  const { node, unique } = call;
  const parts = call.inputs.map((_, i) => liveInput(call, i));
  const first = needed(node, parts[0]);
  const axis = axisIn(node, node.int('axis', 0), first.rank);
  const fits = parts.every(
    ({ shape }) =>
      shape.length === first.rank && shape.every((n, i) => i === 0 || i === axis || n === first.shape[i]),
  );
  if (axis === 0 || !fits)
    throw node.refused(`joins ${parts.map(({ shape }) => shape.slice(1).join('×')).join(' and ')}`);
  if (parts.length === 1) return first;
  const natural = [...first.axes.keys()];
  const order = first.rank === 4 && !parts.every((part) => part.lies(natural)) ? [0, 2, 3, 1] : natural;
  const tensors = parts.map((part) => part.arranged(order, unique));
  const joined = made(call, (name) => layers.concatenate({ name, axis: order.indexOf(axis) }))(tensors);
  return new Live(
    joined as SymbolicTensor,
    natural.map((each) => [order.indexOf(each)]),
  );
}

/** Operators that move, cut, pad, enlarge or join. */
export const rearrangings: Readonly<Record<string, Translate>> = {
  Transpose(call) {
    const x = liveInput(call);
    const order = call.node.ints('perm') ?? [...x.axes.keys()].reverse();
    if (
      order[0] !== 0 ||
      [...order].sort((a, b) => a - b).some((axis, i) => axis !== i) ||
      order.length !== x.rank
    )
      throw call.node.refused('moves the number of images');
    return moved(x, order);
  },
  Flatten(call) {
    const x = liveInput(call);
    if (axisIn(call.node, call.node.int('axis', 1), x.rank + 1) !== 1)
      throw call.node.refused('flattens the images together');
    return new Live(x.tensor, [[0], x.axes.slice(1).flat()]);
  },
  Reshape(call) {
    const x = liveInput(call);
    const wanted = needed(call.node, constantInput(call, 1));
    return reshaped(x, rowOf(call, x, [...wanted.values]), call.unique);
  },
  Squeeze(call) {
    const x = liveInput(call);
    return moved(x, squeezed(call.node, x.shape, axesOf(call.node, constantInput(call, 1))));
  },
  Unsqueeze(call) {
    const x = liveInput(call);
    const axes = needed(call.node, axesOf(call.node, constantInput(call, 1)));
    return moved(x, unsqueezed(call.node, x.rank, axes));
  },
  Shape: (call) => shapeFrom(call.node, liveInput(call).shape),
  Concat: concatenated,
  Slice(call) {
    const x = liveInput(call);
    const bounds = [1, 2, 3, 4].map((i) => constantInput(call, i));
    return cropped(call, x, slicesOf(call.node, x.shape, [undefined, ...bounds]));
  },
  Pad: padding,
  Resize: resized,
};
