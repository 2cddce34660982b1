import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { axisIn } from '../axes';
import {
  type Call,
  constantInput,
  imageOf,
  liveInput,
  made,
  rescaled,
  type Translate,
  weightsOf,
} from '../call';
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
    const axis = axisIn(node, node.int('axis', node.opset < 13 ? 1 : -1), x.rank);
    // Before opset 13 it ran over all axes from this one on.
    if (node.opset < 13 && x.shape.slice(axis + 1).some((length) => length !== 1))
      throw node.refused(`runs over the axes from ${axis} on`);
    const order = [...x.axes.keys()].filter((each) => each !== axis);
    const last = x.arranged([...order, axis], call.unique);
    const axes = x.shape.map((_, each) => [each === axis ? x.rank - 1 : order.indexOf(each)]);
    return new Live(activation(call, last, name), axes);
  };
}

/** Values below 0 times a slope: one for all, or a channel. */
const prelu: Translate = (call) => {
  const slopes = weightsOf(call, constantInput(call, 1));
  const x = liveInput(call);
  const isImage = x.rank === 4;
  const tensor = isImage ? imageOf(call) : x.arranged([...x.axes.keys()], call.unique);
  const channels = tensor.shape.at(-1)!;
  const isPerChannel =
    slopes.values.length === 1 ||
    (slopes.values.length === channels && slopes.shape.at(isImage ? -3 : -1) === channels);
  if (!isPerChannel) throw call.node.refused(`has slopes of ${slopes.shape.join('×')}, not one a channel`);
  const values =
    slopes.values.length === 1 ? new Float32Array(channels).fill(slopes.values[0]!) : slopes.values;
  const shared = tensor.shape.slice(2).map((_, i) => i + 1);
  const shape = [...shared.map(() => 1), channels];
  const layer = made(call, (name) => layers.prelu({ name, sharedAxes: shared, alphaInitializer: 'zeros' }), [
    { shape, values },
  ]);
  return isImage ? Live.image(layer([tensor])) : Live.plain(layer([tensor]));
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
  Gelu(call) {
    return named(call.node.text('approximate', 'none') === 'none' ? 'gelu' : 'gelu_new')(call);
  },
  Elu(call) {
    if (call.node.float('alpha', 1) !== 1) throw call.node.refused('has another alpha than 1');
    return named('elu')(call);
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
