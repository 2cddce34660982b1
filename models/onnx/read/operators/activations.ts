import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { WeightValues } from '../../../keras/layers/plan';
import { first, last } from '../../../present';
import { permuted } from '../../write/writer';
import {
  axisWithin,
  type Call,
  constantInput,
  imageOf,
  liveInput,
  made,
  rescaled,
  type Translate,
  weightsOf,
} from '../call';
import { computed } from '../computed';
import { Live } from '../live';

function activation(call: Call, x: SymbolicTensor, name: string): SymbolicTensor {
  return made(call, (layer) => layers.activation({ name: layer, activation: name as 'linear' }))([x]);
}

/** Of each value by itself. */
function each(apply: (call: Call, x: SymbolicTensor) => SymbolicTensor): Translate {
  return (call) => {
    const x = liveInput(call);
    return x.like(apply(call, x.tensor));
  };
}

const named = (name: string): Translate => each((call, x) => activation(call, x, name));

const SELU_ALPHA = 1.6732632;
const SELU_GAMMA = 1.050701;

/** x, below 0 alpha · (exp(x) - 1). TensorFlow.js's has no alpha: alpha · elu(x) + (1 - alpha) · relu(x) is the same. */
function elu(call: Call, x: SymbolicTensor, alpha: number): SymbolicTensor {
  const plain = activation(call, x, 'elu');
  if (alpha === 1) return plain;
  const above = rescaled(call, activation(call, x, 'relu'), 1 - alpha, 0);
  return made(call, (name) => layers.add({ name }))([rescaled(call, plain, alpha, 0), above]);
}

function capped(call: Call, x: SymbolicTensor, maxValue: number): SymbolicTensor {
  return made(call, (name) => layers.reLU({ name, maxValue }))([x]);
}

/** max(0, min(1, alpha · x + beta)) */
function hardSigmoid(call: Call, x: SymbolicTensor, alpha: number, beta: number): SymbolicTensor {
  return capped(call, rescaled(call, x, alpha, beta), 1);
}

function clipped(call: Call, x: SymbolicTensor, low: number, high: number): SymbolicTensor {
  if (!(low <= high)) throw call.node.refused(`cuts values off below ${low} and above ${high}`);
  if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) return x;
  // min(x, high) is high - relu(high - x).
  if (low === Number.NEGATIVE_INFINITY) {
    const below = activation(call, rescaled(call, x, -1, high), 'relu');
    return rescaled(call, below, -1, high);
  }
  const above = rescaled(call, x, 1, -low);
  const cut =
    high === Number.POSITIVE_INFINITY ? activation(call, above, 'relu') : capped(call, above, high - low);
  return rescaled(call, cut, 1, low);
}

/** Over one axis, which is put last for it. */
function along(name: string): Translate {
  return (call) => {
    const { node } = call;
    const x = liveInput(call);
    const axis = axisWithin(node, x, node.int('axis', node.opset < 13 ? 1 : -1));
    // Before opset 13 it ran over all axes from this one on.
    if (node.opset < 13 && x.shape.slice(axis + 1).some((length) => length !== 1))
      throw node.refused(`runs over the axes from ${axis} on`);
    const { tensor, wrap } = x.lastly(axis, call.unique);
    return wrap(activation(call, tensor, name));
  };
}

/** Values below 0 times a slope: one for all, one a channel, or one a value. */
const prelu: Translate = (call) => {
  const { values, shape } = weightsOf(call, constantInput(call, 1));
  const x = liveInput(call);
  const isImage = x.rank === 4;
  const { tensor, wrap } = isImage
    ? { tensor: imageOf(call), wrap: Live.image }
    : x.laid(x.inner, call.unique);
  const lengths = tensor.shape.slice(1) as number[];
  const channels = last(lengths);
  const layer = (slopes: WeightValues, sharedAxes: number[]) => {
    const prelu = (name: string) => layers.prelu({ name, sharedAxes, alphaInitializer: 'zeros' });
    return wrap(made(call, prelu, [slopes])([tensor]));
  };
  if (shape.length === x.rank - 1 && shape.every((length, axis) => length === x.shape[axis + 1]))
    return layer(isImage ? permuted({ values, shape }, [1, 2, 0]) : { values, shape }, []);
  if (values.length !== 1 && (values.length !== channels || shape.at(isImage ? -3 : -1) !== channels))
    throw call.node.refused(`has slopes of ${shape.join('×')}, neither one a channel nor one a value`);
  const slopes = values.length === 1 ? new Float32Array(channels).fill(first(values)) : values;
  const shared = lengths.slice(1).map((_, i) => i + 1);
  return layer({ shape: [...shared.map(() => 1), channels], values: slopes }, shared);
};

/** Bounds are attributes before opset 11. */
function boundsOf(call: Call): [low: number, high: number] {
  const bound = (index: number, name: string, none: number) =>
    constantInput(call, index)?.values[0] ?? call.node.float(name, none);
  return [bound(1, 'min', Number.NEGATIVE_INFINITY), bound(2, 'max', Number.POSITIVE_INFINITY)].map(
    (value) => (Math.abs(value) > 3e38 ? Math.sign(value) * Number.POSITIVE_INFINITY : value),
  ) as [number, number];
}

/** Operators that are a function of each value, or along an axis. */
export const activations: Readonly<Record<string, Translate>> = {
  Relu: named('relu'),
  Sigmoid: named('sigmoid'),
  Tanh: named('tanh'),
  Softplus: named('softplus'),
  Softsign: named('softsign'),
  Mish: named('mish'),
  Swish(call) {
    if (call.node.float('alpha', 1) !== 1) throw call.node.refused('has another alpha than 1');
    return named('swish')(call);
  },
  Gelu: each((call, x) =>
    call.node.text('approximate', 'none') === 'none'
      ? activation(call, x, 'gelu')
      : computed(call, x, 'gelu'),
  ),
  Elu: each((call, x) => elu(call, x, call.node.float('alpha', 1))),
  Celu: each((call, x) => {
    const alpha = call.node.float('alpha', 1);
    if (!(alpha > 0)) throw call.node.refused(`has alpha=${alpha}`);
    return rescaled(call, elu(call, rescaled(call, x, 1 / alpha, 0), 1), alpha, 0);
  }),
  Selu(call) {
    // As all write it: alpha and gamma of Klambauer et al. 2017.
    const [alpha, gamma] = [call.node.float('alpha', SELU_ALPHA), call.node.float('gamma', SELU_GAMMA)];
    if (Math.abs(alpha - SELU_ALPHA) > 1e-6 || Math.abs(gamma - SELU_GAMMA) > 1e-6)
      throw call.node.refused(`has alpha=${alpha} and gamma=${gamma}`);
    return named('selu')(call);
  },
  LeakyRelu: each((call, x) => {
    const alpha = call.node.float('alpha', 0.01);
    return made(call, (name) => layers.leakyReLU({ name, alpha }))([x]);
  }),
  PRelu: prelu,
  Clip: each((call, x) => clipped(call, x, ...boundsOf(call))),
  HardSigmoid: each((call, x) =>
    hardSigmoid(call, x, call.node.float('alpha', 0.2), call.node.float('beta', 0.5)),
  ),
  HardSwish: each((call, x) => {
    const gate = hardSigmoid(call, x, 1 / 6, 0.5);
    return made(call, (name) => layers.multiply({ name }))([x, gate]);
  }),
  Softmax: along('softmax'),
  LogSoftmax: along('logSoftmax'),
  Dropout(call) {
    for (const name of ['ratio', 'seed']) call.node.attribute(name);
    if (constantInput(call, 2)?.values[0]) throw call.node.refused('drops values as in training');
    return liveInput(call);
  },
  Identity: liveInput,
  Cast(call) {
    // Numbers are 32-bit floats here whatever they are called.
    const to = call.node.int('to', 1);
    call.node.attribute('saturate');
    if (![1, 10, 11, 16].includes(to))
      throw call.node.refused('makes whole numbers of what it computes of the images');
    return liveInput(call);
  },
};
