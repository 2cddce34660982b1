import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { ChannelScale } from '../../../nets/channel-scale';
import { first } from '../../../present';
import { broadcastShape } from '../axes';
import { type Call, constantTensor, liveInput, made, rescaled, type Translate, weightsOf } from '../call';
import { computed } from '../computed';
import type { Constant } from '../constant';
import { transposed } from '../folds/fold';
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
  const { tensor, wrap } = x.lastly(axis, call.unique);
  const layer = (name: string) => new ChannelScale({ name, scale: [...scale], offset: [...offset] });
  return wrap(made(call, layer)([tensor]));
}

/** A tensor with a constant: a number, one for each place of an axis, such as the channels, or any that is broadcast. */
function withConstant(call: Call, sign: Sign, x: Live, constant: Constant, isFirst: boolean): Live {
  const { values, shape } = weightsOf(call, constant);
  const scale = sign === '*' ? values : sign === '/' ? values.map((value) => 1 / value) : undefined;
  const factor = sign === '-' && isFirst ? -1 : 1;
  const offset = sign === '+' || isFirst ? values : values.map((value) => -value);
  if (scale?.some((value) => !Number.isFinite(value))) throw call.node.refused('divides by zero');
  if (values.length === 1 && shape.length <= x.rank)
    return x.like(
      scale ? rescaled(call, x.tensor, first(scale), 0) : rescaled(call, x.tensor, factor, first(offset)),
    );
  // As long as one axis, and 1 along all others.
  const place = shape.findIndex((length) => length !== 1);
  const axis = place + x.rank - shape.length;
  if (shape.length <= x.rank && shape[place] === values.length && x.shape[axis] === values.length) {
    const all = (value: number) => Array.from(values, () => value);
    return scale
      ? scaled(call, x, axis, [...scale], all(0))
      : scaled(call, x, axis, all(factor), [...offset]);
  }
  const signed =
    factor === 1 ? x : x.like(rescaled({ ...call, name: `${call.name}_minus` }, x.tensor, -1, 0));
  const { tensors, wrap } = joined(call, signed, { shape, isWhole: false, values: scale ?? offset });
  const merge = scale ? layers.multiply : layers.add;
  return wrap(made(call, (name) => merge({ name }))(tensors));
}

/** A constant in a layer's order of axes, the same for each image. */
export function repeated(
  call: Call,
  x: Live,
  { shape, values }: Constant,
  order: readonly number[],
): SymbolicTensor {
  const whole = { shape: [...x.shape.slice(shape.length).map(() => 1), ...shape], isWhole: false, values };
  const rest = [...whole.shape.keys()].filter((axis) => !order.includes(axis));
  const turned = transposed(whole, [...rest, ...order]);
  return constantTensor(call, x, { ...turned, shape: turned.shape.slice(rest.length) });
}

/** Where the axes of an image that lies channels first are, channels last. */
const CHANNELS_FIRST = [2, 3, 1];

/** The order in which tensors are joined: images channels last, unless more of them lie otherwise already. */
export function orderFor(parts: readonly (Live | Constant)[], natural: readonly number[]): readonly number[] {
  if (natural.join() !== '1,2,3') return natural;
  const lives = parts.filter((part) => part instanceof Live);
  const lying = (order: readonly number[]) => lives.filter((part) => part.lies(order)).length;
  const asIs = lying(natural);
  return asIs === lives.length || asIs > lying(CHANNELS_FIRST) ? natural : CHANNELS_FIRST;
}

/** Two tensors as one layer takes them: of one rank, their axes in one order. */
export function joined(
  call: Call,
  a: Live,
  b: Live | Constant,
): { tensors: SymbolicTensor[]; wrap: (tensor: SymbolicTensor) => Live } {
  const { node, unique } = call;
  if (b instanceof Live) {
    const same =
      a.axes.length === b.axes.length && a.axes.every((axes, i) => axes.join() === b.axes[i]!.join());
    const isOneShape =
      a.tensor.shape.length === b.tensor.shape.length && a.shape.every((length, i) => length === b.shape[i]);
    if (same && isOneShape) return { tensors: [a.tensor, b.tensor], wrap: (tensor) => a.like(tensor) };
    if (a.rank !== b.rank) throw node.refused('joins tensors of different ranks');
  } else if (b.shape.length > a.rank)
    throw node.refused(`joins ${a.shape.join('×')} with ${b.shape.join('×')}`);
  const shape = broadcastShape(node, a.shape, b.shape);
  const natural = [...shape.keys()].filter((axis) => !(a.isOfImages(axis) && shape[axis] === 1));
  const order = orderFor([a, b], natural);
  const laid = a.laid(order, unique);
  const other = b instanceof Live ? b.laid(order, unique).tensor : repeated(call, a, b, order);
  return { tensors: [laid.tensor, other], wrap: laid.wrap };
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
