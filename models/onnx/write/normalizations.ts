import { LEAST_SQUARE } from '../../nets/unit-normalization';
import { atLeast, last, present } from '../../present';
import type { OnnxGraph } from '../graph';
import { Value } from '../value';
import { type Call, constant, refuse, type Weight, type Writer, weightsOf } from './writer';

/** x · scale + offset, one of each for all, or a channel. */
function scaled(graph: OnnxGraph, input: Value, scale: readonly number[], offset: readonly number[]): Value {
  return input.mapped((x, channels) => {
    const each = (values: readonly number[]) =>
      graph.floats(values, values.length === 1 ? [] : channels.shape(values.length));
    const product = scale.every((value) => value === 1) ? x : graph.node('Mul', [x, each(scale)]);
    return offset.every((value) => value === 0) ? product : graph.node('Add', [product, each(offset)]);
  });
}

/** Scale and shift of a normalisation, ones and zeros where it has none; then what else it keeps. */
function parted({ layer, config }: Call, channels: number): { gamma: Weight; beta: Weight; rest: Weight[] } {
  const rest = weightsOf(layer);
  const all = (value: number) => ({ values: new Float32Array(channels).fill(value), shape: [channels] });
  const gamma = (config.scale ?? true) ? present(rest.shift(), 'A scale') : all(1);
  const beta = (config.center ?? true) ? present(rest.shift(), 'A shift') : all(0);
  return { gamma, beta, rest };
}

/** @throws UnwrittenLayer where it is not that of the channels */
function checkAxis({ layer, config, input }: Call): void {
  const [axis, ...more] = [config.axis ?? -1].flat() as number[];
  if (more.length > 0 || (axis !== -1 && axis !== input.shape.length))
    refuse(layer, `the axis ${config.axis}`);
}

/** The layers that shift and scale. */
export const normalizationLayers: Readonly<Record<string, Writer>> = {
  Rescaling: (graph, { input, config }) =>
    scaled(graph, input, [config.scale as number], [(config.offset ?? 0) as number]),
  GoodNetChannelScale: (graph, { input, config }) =>
    scaled(graph, input, config.scale as number[], config.offset as number[]),
  BatchNormalization(graph, call) {
    checkAxis(call);
    const { input, config } = call;
    const { gamma, beta, rest } = parted(call, last(input.shape));
    const [mean, variance] = atLeast(2, rest);
    const epsilon = config.epsilon as number;
    if (input.isImage) {
      const weights = [gamma, beta, mean, variance].map((each) => constant(graph, each));
      const name = graph.node('BatchNormalization', [input.first, ...weights], {
        epsilon: { float: epsilon },
      });
      return Value.first(graph, name, input.shape);
    }
    const scale = Array.from(gamma.values, (value, i) => value / Math.sqrt(variance.values[i]! + epsilon));
    const offset = Array.from(beta.values, (value, i) => value - mean.values[i]! * scale[i]!);
    return scaled(graph, input, scale, offset);
  },
  LayerNormalization(graph, call) {
    checkAxis(call);
    const { input, config } = call;
    const { gamma, beta } = parted(call, last(input.shape));
    const weights = [constant(graph, gamma), constant(graph, beta)];
    const name = graph.node('LayerNormalization', [input.last, ...weights], {
      axis: { int: -1 },
      epsilon: { float: config.epsilon as number },
    });
    return Value.last(graph, name, input.shape);
  },
  GoodNetGroupNormalization(graph, call) {
    const { input, config, layer } = call;
    const groups = config.groups as number;
    const [gamma, beta] = atLeast(2, weightsOf(layer));
    const channels = last(input.shape);
    const places = input.shape.slice(0, -1).reduce((product, size) => product * size, 1);
    // As n × channels × places, whatever the rank is.
    const first = input.isImage
      ? input.first
      : graph.node(
          'Transpose',
          [graph.node('Reshape', [input.last, graph.integers([-1, places, channels])])],
          {
            perm: { ints: [0, 2, 1] },
          },
        );
    const grouped = graph.node('Reshape', [first, graph.integers([0, groups, -1])]);
    const all = (value: number) => graph.floats(new Float32Array(groups).fill(value), [groups]);
    const normal = graph.node('InstanceNormalization', [grouped, all(1), all(0)], {
      epsilon: { float: config.epsilon as number },
    });
    const apart = graph.node('Reshape', [normal, graph.integers([0, channels, places])]);
    const product = graph.node('Mul', [apart, constant(graph, gamma, [channels, 1])]);
    const shifted = graph.node('Add', [product, constant(graph, beta, [channels, 1])]);
    if (input.isImage) {
      const [height, width] = input.shape as [number, number];
      const shape = graph.integers([0, channels, height, width]);
      return Value.first(graph, graph.node('Reshape', [shifted, shape]), input.shape);
    }
    const turned = graph.node('Transpose', [shifted], { perm: { ints: [0, 2, 1] } });
    const name = graph.node('Reshape', [turned, graph.integers([-1, ...input.shape])]);
    return Value.last(graph, name, input.shape);
  },
  GoodNetUnitNormalization: (graph, { input }) =>
    input.mapped((x, { axis }) => {
      const squares = graph.node('ReduceSumSquare', [x, graph.integers([axis])]);
      const least = graph.node('Max', [squares, graph.floats([LEAST_SQUARE], [])]);
      return graph.node('Div', [x, graph.node('Sqrt', [least])]);
    }),
};
