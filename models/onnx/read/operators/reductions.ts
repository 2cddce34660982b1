import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Reduce, type ReduceKind } from '../../../nets/reduce';
import { axesOf } from '../axes';
import { axisWithin, type Call, constantInput, liveInput, made, type Translate } from '../call';
import { computed } from '../computed';
import { Live } from '../live';
import { overPlaces } from './pooling';

/** The axes that go; undefined where the node leaves all as it is. */
function reducedAxes(call: Call, x: Live): number[] | undefined {
  const { node } = call;
  const named = axesOf(node, constantInput(call, 1));
  const isNothing = node.int('noop_with_empty_axes', 0) === 1;
  if (!named?.length && isNothing) return undefined;
  return (named?.length ? named : [...x.axes.keys()]).map((axis) => axisWithin(node, x, axis));
}

/** Over any axes of an image's, those of places by a pooling layer where there is one. */
function over(call: Call, x: Live, axes: readonly number[], kind: ReduceKind): Live {
  const [channels, ...others] = x.inner.filter((axis) => !axes.includes(axis));
  const keeps = call.node.int('keepdims', 1) === 1;
  if (
    x.rank === 4 &&
    x.isBatched &&
    channels !== undefined &&
    others.length === 0 &&
    (kind === 'mean' || kind === 'max')
  ) {
    const order = [0, channels, ...axes.toSorted((a, b) => a - b)];
    const turned = new Live(
      x.tensor,
      order.map((axis) => x.axes[axis]!),
    );
    const whole = overPlaces({ ...call, inputs: [turned] }, kind);
    if (!keeps) return Live.plain(whole);
    return new Live(
      whole,
      x.axes.map((_, axis) => (axis === 0 ? [0] : axis === channels ? [1] : [])),
    );
  }
  const gone = axes.flatMap((axis) => x.axes[axis]!);
  const tensor: SymbolicTensor =
    gone.length === 0
      ? x.tensor
      : made(call, (name) => new Reduce({ name, kind, axes: gone, keepDims: true }))([x.tensor]);
  const left = x.axes.map((each, axis) => (axes.includes(axis) ? [] : each));
  return new Live(tensor, keeps ? left : left.filter((_, axis) => !axes.includes(axis)));
}

/** @param before what is computed of each value first, @param behind of the result */
function reduced(
  kind: ReduceKind,
  before?: (call: Call, x: SymbolicTensor) => SymbolicTensor,
  behind?: (call: Call, x: SymbolicTensor) => SymbolicTensor,
): Translate {
  return (call) => {
    const given = liveInput(call);
    const axes = reducedAxes(call, given);
    const x = before ? given.like(before(call, given.tensor)) : given;
    const result = axes ? over(call, x, axes, kind) : x;
    return behind ? result.like(behind(call, result.tensor)) : result;
  };
}

const squared = (call: Call, x: SymbolicTensor) => computed(call, x, 'power', [2]);

/** Operators that take one value of many, along some axes. */
export const reductions: Readonly<Record<string, Translate>> = {
  ReduceMean: reduced('mean'),
  ReduceMax: reduced('max'),
  ReduceMin: reduced('min'),
  ReduceSum: reduced('sum'),
  ReduceL1: reduced('sum', (call, x) => computed(call, x, 'abs')),
  ReduceL2: reduced('sum', squared, (call, x) => computed(call, x, 'power', [0.5])),
  ReduceSumSquare: reduced('sum', squared),
};
