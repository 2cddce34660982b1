import { first } from '../../present';
import type { OnnxGraph } from '../graph';
import type { ChannelAxis, Value } from '../value';
import { type Call, constant, permuted, refuse, type Writer, weightsOf } from './writer';

type Activation = (graph: OnnxGraph, x: string, channels: ChannelAxis) => string;

const plainly =
  (operator: string): Activation =>
  (graph, x) =>
    graph.node(operator, [x]);

const alongChannels =
  (operator: string): Activation =>
  (graph, x, { axis }) =>
    graph.node(operator, [x], { axis: { int: axis } });

const softmax = alongChannels('Softmax');

/** TensorFlow.js's activations, by name. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: plainly('Relu'),
  relu6: (graph, x) => clipped(graph, x, 6),
  elu: plainly('Elu'),
  selu: plainly('Selu'),
  sigmoid: plainly('Sigmoid'),
  softplus: plainly('Softplus'),
  softsign: plainly('Softsign'),
  tanh: plainly('Tanh'),
  mish: plainly('Mish'),
  gelu: plainly('Gelu'),
  gelu_new: (graph, x) => graph.node('Gelu', [x], { approximate: { text: 'tanh' } }),
  swish: (graph, x) => graph.node('Mul', [x, graph.node('Sigmoid', [x])]),
  hardSigmoid: (graph, x) => graph.node('HardSigmoid', [x], { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  softmax,
  logSoftmax: alongChannels('LogSoftmax'),
};

/** What comes of a value by the activation that a layer's config names. @throws UnwrittenLayer for another one */
export function activated(
  graph: OnnxGraph,
  { layer, config }: Pick<Call, 'layer' | 'config'>,
  value: Value,
): Value {
  const name = String(config.activation ?? 'linear');
  if (name === 'linear') return value;
  const activation = ACTIVATIONS[name] ?? refuse(layer, `the activation ${name}`);
  return value.mapped((x, channels) => activation(graph, x, channels));
}

function clipped(graph: OnnxGraph, x: string, highest: number): string {
  return graph.node('Clip', [x, graph.floats([0], []), graph.floats([highest], [])]);
}

const unchanged: Writer = (_, { input }) => input;

/** The layers that are a function of each value, or of the channels of each place. */
export const activationLayers: Readonly<Record<string, Writer>> = {
  Activation: (graph, call) => activated(graph, call, call.input),
  Dropout: unchanged,
  ReLU: (graph, { input, config }) => {
    const highest = config.maxValue as number | null | undefined;
    return input.mapped((x) => (highest == null ? graph.node('Relu', [x]) : clipped(graph, x, highest)));
  },
  LeakyReLU: (graph, { input, config }) =>
    input.mapped((x) => graph.node('LeakyRelu', [x], { alpha: { float: config.alpha as number } })),
  ELU: (graph, { input, config }) =>
    input.mapped((x) => graph.node('Elu', [x], { alpha: { float: config.alpha as number } })),
  ThresholdedReLU: (graph, { input, config }) =>
    input.mapped((x) => graph.node('ThresholdedRelu', [x], { alpha: { float: config.theta as number } })),
  PReLU(graph, { layer, input }) {
    const slopes = first(weightsOf(layer));
    const inOrder = input.isChannelsFirst ? permuted(slopes, [2, 0, 1]) : slopes;
    return input.mapped((x) => graph.node('PRelu', [x, constant(graph, inOrder)]));
  },
  Softmax(graph, { layer, input, config }) {
    const axis = (config.axis ?? -1) as number;
    if (axis !== -1 && axis !== input.shape.length) refuse(layer, `the axis ${axis}`);
    return input.mapped((x, channels) => softmax(graph, x, channels));
  },
};
