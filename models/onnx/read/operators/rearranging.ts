import { layers } from '@tensorflow/tfjs-layers';
import { applier } from '../../../keras/layers/plan';
import { first } from '../../../present';
import { axesOf, broadcastShape, needed, shapeFrom, sizeOf, squeezed, unsqueezed } from '../axes';
import { axisWithin, type Call, constantInput, liveInput, made, type Translate } from '../call';
import { Live } from '../live';
import type { Node } from '../node';
import { reshaped } from '../reshape';
import { orderFor, repeated } from './arithmetic';

/** Lengths of what is made of one image, those that a Reshape asks for. A net for batches of one fixed size has that size first. */
function lengthsOf({ node }: Call, x: Live, wanted: readonly number[]): number[] {
  const isFixed = x.isBatched && wanted.length > 1 && first(wanted) > 1;
  const rest = isFixed ? wantedOf(node, x, [1, ...wanted.slice(1)]) : undefined;
  const lengths = rest ?? wantedOf(node, x, wanted);
  if (!lengths)
    throw node.refused(
      `makes ${wanted.join('×')} of ${x.shape.slice(x.isBatched ? 1 : 0).join('×')} an image`,
    );
  return lengths;
}

/** @returns undefined where they don't fit */
function wantedOf(node: Node, x: Live, wanted: readonly number[]): number[] | undefined {
  const values = sizeOf(x.shape);
  const keepsZero = node.int('allowzero', 0) === 1;
  const lengths = wanted.map((length, i) => (length === 0 && !keepsZero ? (x.shape[i] ?? 0) : length));
  const known = sizeOf(lengths.filter((length) => length !== -1));
  const open = lengths.filter((length) => length === -1).length;
  const fits = open === 0 ? known === values : open === 1 && values % known === 0;
  return fits ? lengths.map((length) => (length === -1 ? values / known : length)) : undefined;
}

function moved(x: Live, order: readonly number[]): Live {
  return new Live(
    x.tensor,
    order.map((axis) => (axis < 0 ? [] : x.axes[axis]!)),
  );
}

function concatenated(call: Call): Live {
  const { node, unique, inputs } = call;
  const first = liveInput(
    call,
    inputs.findIndex((input) => input instanceof Live),
  );
  const parts = inputs.map((input) => needed(node, input));
  const axis = axisWithin(node, first, node.int('axis', 0));
  const fits = parts.every(
    ({ shape }) => shape.length === first.rank && shape.every((n, i) => i === axis || n === first.shape[i]),
  );
  if (!fits) throw node.refused(`joins ${parts.map(({ shape }) => shape.join('×')).join(' and ')}`);
  if (parts.length === 1) return first;
  const natural = [...new Set([...first.inner, axis])].sort((a, b) => a - b);
  const order = orderFor(parts, natural);
  const tensors = parts.map((part) =>
    part instanceof Live ? part.laid(order, unique).tensor : repeated(call, first, part, order),
  );
  const joined = made(call, (name) => layers.concatenate({ name, axis: order.indexOf(axis) + 1 }))(tensors);
  return first.laid(order, unique).wrap(joined);
}

/** Broadcast to a shape, one axis after the other, its values side by side as many times. */
function expanded(call: Call): Live {
  const { node, unique } = call;
  const given = liveInput(call);
  const target = [...needed(node, constantInput(call, 1)).values];
  // A net for batches of one fixed size has that size first.
  const wanted = given.isBatched && target.length === given.rank ? target.with(0, 1) : target;
  const shape = broadcastShape(node, given.shape, wanted);
  if (target.length > given.rank || shape.some((length) => !(length >= 1)))
    throw node.refused(`makes ${target.join('×')} of ${given.shape.join('×')}`);
  return shape.reduce((x, length, axis) => {
    if (x.shape[axis] === length) return x;
    const order = [...new Set([...x.inner, axis])].sort((a, b) => a - b);
    const { tensor, wrap } = x.laid(order, unique);
    const lengths = tensor.shape.slice(1) as number[];
    const at = order.indexOf(axis);
    const flat = applier(
      layers.reshape({
        name: unique('reshape'),
        targetShape: [sizeOf(lengths.slice(0, at)), 1, sizeOf(lengths.slice(at))],
      }),
    )([tensor]);
    const wide = made(call, (name) => layers.upSampling2d({ name, size: [1, length] }))([flat]);
    const targetShape = lengths.with(at, length);
    return wrap(applier(layers.reshape({ name: unique('reshape'), targetShape }))([wide]));
  }, given);
}

/** Operators that move, cut, pad, enlarge or join. */
export const rearrangings: Readonly<Record<string, Translate>> = {
  Transpose(call) {
    const x = liveInput(call);
    const order = call.node.ints('perm') ?? [...x.axes.keys()].reverse();
    if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x.rank)
      throw call.node.refused(`puts its axes in the order ${order}`);
    return moved(x, order);
  },
  Flatten(call) {
    const x = liveInput(call);
    const axis = call.node.int('axis', 1);
    const from = axis < 0 ? axis + x.rank : axis;
    if (!(from > 0 && from <= x.rank)) throw call.node.refused('flattens the images together');
    return new Live(x.tensor, [x.axes.slice(0, from).flat(), x.axes.slice(from).flat()]);
  },
  Reshape(call) {
    const x = liveInput(call);
    const wanted = needed(call.node, constantInput(call, 1));
    return reshaped(x, lengthsOf(call, x, [...wanted.values]), call.unique);
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
