import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { ChannelScale } from '../../../nets/channel-scale';
import { broadcastShape } from '../axes';
import { type Call, imageOf, liveInput, made, rescaled, type Translate, weightsOf } from '../call';
import type { Constant } from '../constant';
import { Live } from '../live';

type Sign = '+' | '-' | '*' | '/';

/** x · scale + offset, one of each a channel. */
function scaled(call: Call, x: Live, scale: readonly number[], offset: readonly number[]): Live {
  const apply = (tensor: SymbolicTensor) =>
    made(call, (name) => new ChannelScale({ name, scale: [...scale], offset: [...offset] }))([tensor]);
  return x.rank === 4
    ? Live.image(apply(imageOf({ ...call, inputs: [x] })))
    : Live.plain(apply(x.arranged([...x.axes.keys()], call.unique)));
}

/** A tensor with a constant: a number, or one a channel. */
function withConstant(call: Call, sign: Sign, x: Live, constant: Constant, isFirst: boolean): Live {
  const { node } = call;
  const { values, shape } = weightsOf(call, constant);
  if (shape.length > x.rank)
    throw node.refused(`joins ${x.shape.slice(1).join('×')} with ${shape.join('×')}`);
  broadcastShape(
    node,
    x.shape.map((length) => (Number.isNaN(length) ? 1 : length)),
    shape,
  );
  if (sign === '/' && isFirst) throw node.refused('divides by what it computes of the images');
  const scale = sign === '*' ? values : sign === '/' ? values.map((value) => 1 / value) : undefined;
  const factor = sign === '-' && isFirst ? -1 : 1;
  const offset = sign === '+' || isFirst ? values : values.map((value) => -value);
  if (scale?.some((value) => !Number.isFinite(value))) throw node.refused('divides by zero');
  if (values.length === 1)
    return x.like(
      scale ? rescaled(call, x.tensor, scale[0]!, 0) : rescaled(call, x.tensor, factor, offset[0]!),
    );
  // As long as the axis of channels, and 1 along all others.
  const channels = x.rank === 4 && shape.at(-1) === 1 ? x.rank - 3 : x.rank - 1;
  const place = channels - (x.rank - shape.length);
  const isPerChannel = shape.every((length, axis) => length === (axis === place ? values.length : 1));
  if (!isPerChannel || x.shape[channels] !== values.length)
    throw node.refused(
      `joins ${x.shape.slice(1).join('×')} with a constant of ${shape.join('×')}, neither a number nor one a channel`,
    );
  const list = [...values];
  const turned =
    channels === 3
      ? new Live(
          x.tensor,
          [0, 3, 1, 2].map((axis) => x.axes[axis]!),
        )
      : x;
  const made = scale
    ? scaled(
        call,
        turned,
        [...scale],
        list.map(() => 0),
      )
    : scaled(
        call,
        turned,
        list.map(() => factor),
        [...offset],
      );
  return channels === 3 ? new Live(made.tensor, [[0], [1], [2], [3]]) : made;
}

/** Two tensors as one layer takes them: of one rank, their axes in one order. */
function joined(
  call: Call,
  a: Live,
  b: Live,
): { tensors: SymbolicTensor[]; wrap: (tensor: SymbolicTensor) => Live } {
  const { node, unique } = call;
  const same =
    a.axes.length === b.axes.length && a.axes.every((axes, i) => axes.join() === b.axes[i]!.join());
  const isOneShape =
    a.tensor.shape.length === b.tensor.shape.length &&
    a.shape.every((length, i) => Object.is(length, b.shape[i]));
  if (same && isOneShape) return { tensors: [a.tensor, b.tensor], wrap: (tensor) => a.like(tensor) };
  broadcastShape(node, a.shape.slice(1), b.shape.slice(1));
  if (a.rank !== b.rank) throw node.refused('joins tensors of different ranks');
  // Images channels last, unless both lie otherwise already.
  const natural = [...a.axes.keys()];
  const order = a.rank === 4 && !(a.lies(natural) && b.lies(natural)) ? [0, 2, 3, 1] : natural;
  const tensors = [a, b].map((each) => each.arranged(order, unique));
  return { tensors, wrap: order === natural ? Live.plain : Live.image };
}

function arithmetic(sign: Sign): Translate {
  return (call) => {
    const [first, second] = call.inputs;
    if (second === undefined || first === undefined) throw call.node.refused('lacks an input');
    if (!(first instanceof Live)) return withConstant(call, sign, liveInput(call, 1), first, true);
    if (!(second instanceof Live)) return withConstant(call, sign, liveInput(call), second, false);
    if (sign === '/') throw call.node.refused('divides by what it computes of the images');
    const { tensors, wrap } = joined(call, liveInput(call), liveInput(call, 1));
    if (sign === '-') tensors[1] = rescaled({ ...call, name: `${call.name}_minus` }, tensors[1]!, -1, 0);
    const merge = sign === '*' ? layers.multiply : layers.add;
    return wrap(made(call, (name) => merge({ name }))(tensors));
  };
}

export const arithmetics: Readonly<Record<string, Translate>> = {
  Add: arithmetic('+'),
  Sub: arithmetic('-'),
  Mul: arithmetic('*'),
  Div: arithmetic('/'),
  Sum(call) {
    return call.inputs.slice(1).reduce<Live>((sum, _, i) => {
      const { tensors, wrap } = joined(call, sum, liveInput(call, i + 1));
      return wrap(made(call, (name) => layers.add({ name }))(tensors));
    }, liveInput(call));
  },
};
