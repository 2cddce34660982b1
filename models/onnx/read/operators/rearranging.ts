import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { applier } from '../../../keras/layers/plan';
import { axesOf, axisIn, broadcastShape, needed, shapeFrom, squeezed, unsqueezed } from '../axes';
import { type Call, constantInput, liveInput, made, type Translate } from '../call';
import { Live } from '../live';
import { reshaped } from '../reshape';

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

/** Broadcast to a shape, one axis after the other, its values side by side as many times. */
function expanded(call: Call): Live {
  const { node, unique } = call;
  const given = liveInput(call);
  const target = [...needed(node, constantInput(call, 1)).values];
  const shape = broadcastShape(
    node,
    given.shape.slice(1),
    target.slice(target.length > given.rank - 1 ? 1 : 0),
  );
  if (target.length > given.rank || shape.some((length) => !(length >= 1)))
    throw node.refused(`makes ${target.join('×')} of ${given.shape.slice(1).join('×')} an image`);
  return shape.reduce((x, length, i) => {
    if (x.shape[i + 1] === length) return x;
    const tensor = x.arranged([...x.axes.keys()], unique);
    const lengths = tensor.shape.slice(1) as number[];
    const size = (of: number[]) => of.reduce((product, each) => product * each, 1);
    const flat = applier(
      layers.reshape({
        name: unique('reshape'),
        targetShape: [size(lengths.slice(0, i)), 1, size(lengths.slice(i))],
      }),
    )([tensor]);
    const wide = made(call, (name) => layers.upSampling2d({ name, size: [1, length] }))([flat]);
    const targetShape = lengths.with(i, length);
    return Live.plain(applier(layers.reshape({ name: unique('reshape'), targetShape }))([wide]));
  }, given);
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
  Expand: expanded,
};
