import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { ChannelScale } from '../../../nets/channel-scale';
import { broadcastShape } from '../axes';
import { type Call, liveInput, made, rescaled, type Translate, weightsOf } from '../call';
import { computed } from '../computed';
import type { Constant } from '../constant';
import { Live } from '../live';

type Sign = '+' | '-' | '*' | '/';

/** x · scale + offset, one of each for each place of an axis, which is put last for it. */
function scaled(
  call: Call,
  x: Live,
  axis: number,
  scale: readonly number[],
  offset: readonly number[],
): Live {
  const order = [...[...x.axes.keys()].filter((each) => each !== axis), axis];
  const last = x.arranged(order, call.unique);
  const layer = (name: string) => new ChannelScale({ name, scale: [...scale], offset: [...offset] });
  return new Live(
    made(call, layer)([last]),
    x.axes.map((_, each) => [order.indexOf(each)]),
  );
}

/** A tensor with a constant: a number, or one for each place of an axis, such as the channels. */
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
  const scale = sign === '*' ? values : sign === '/' ? values.map((value) => 1 / value) : undefined;
  const factor = sign === '-' && isFirst ? -1 : 1;
  const offset = sign === '+' || isFirst ? values : values.map((value) => -value);
  if (scale?.some((value) => !Number.isFinite(value))) throw node.refused('divides by zero');
  if (values.length === 1)
    return x.like(
      scale ? rescaled(call, x.tensor, scale[0]!, 0) : rescaled(call, x.tensor, factor, offset[0]!),
    );
  // As long as one axis, and 1 along all others.
  const place = shape.findIndex((length) => length !== 1);
  const axis = place + x.rank - shape.length;
  if (shape[place] !== values.length || axis === 0 || x.shape[axis] !== values.length)
    throw node.refused(
      `joins ${x.shape.slice(1).join('×')} with a constant of ${shape.join('×')}, neither a number nor one a channel`,
    );
  const all = (value: number) => Array.from(values, () => value);
  return scale ? scaled(call, x, axis, [...scale], all(0)) : scaled(call, x, axis, all(factor), [...offset]);
}

/** Two tensors as one layer takes them: of one rank, their axes in one order. */
export function joined(
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
    const over = (x: Live) =>
      x.like(computed({ ...call, name: `${call.name}_over` }, x.tensor, 'power', [-1]));
    if (!(first instanceof Live)) {
      const x = liveInput(call, 1);
      return sign === '/'
        ? withConstant(call, '*', over(x), first, true)
        : withConstant(call, sign, x, first, true);
    }
    if (!(second instanceof Live)) return withConstant(call, sign, liveInput(call), second, false);
    const by = liveInput(call, 1);
    const { tensors, wrap } = joined(call, liveInput(call), sign === '/' ? over(by) : by);
    if (sign === '-') tensors[1] = rescaled({ ...call, name: `${call.name}_minus` }, tensors[1]!, -1, 0);
    const merge = sign === '*' || sign === '/' ? layers.multiply : layers.add;
    return wrap(made(call, (name) => merge({ name }))(tensors));
  };
}

export const arithmetics: Readonly<Record<string, Translate>> = {
  Add: arithmetic('+'),
  Sub: arithmetic('-'),
  Mul: arithmetic('*'),
  Div: arithmetic('/'),
};
