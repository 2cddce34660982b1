import { placeFactors } from '../../nets/place-scale';
import { type Interpolation, samples } from '../../nets/resize';
import { Value } from '../value';
import { padsOf, type Sides } from './padding';
import { type Call, permuted, refuse, type Writer } from './writer';

function pooled(operator: string): Writer {
  return (graph, { config, input, outputShape }) => {
    const size = config.poolSize as Sides;
    const strides = (config.strides ?? size) as Sides;
    const padding = config.padding as 'same' | 'valid';
    const name = graph.node(operator, [input.first], {
      kernel_shape: { ints: size },
      strides: { ints: strides },
      pads: { ints: padsOf({ size, strides, padding }, input.shape) },
    });
    return Value.first(graph, name, outputShape);
  };
}

function pooledWhole(operator: string): Writer {
  return (graph, { input, outputShape }) =>
    Value.last(
      graph,
      graph.node('Flatten', [graph.node(operator, [input.first])], { axis: { int: 1 } }),
      outputShape,
    );
}

/** Over the first axis of a sequence. */
function reduced(operator: string): Writer {
  return (graph, { input, outputShape }) => {
    const name = graph.node(operator, [input.last, graph.integers([1])], { keepdims: { int: 0 } });
    return Value.last(graph, name, outputShape);
  };
}

const reshaped: Writer = (graph, { input, outputShape }) =>
  Value.last(graph, graph.node('Reshape', [input.last, graph.integers([-1, ...outputShape])]), outputShape);

const sidesOf = ({ config }: Call, key: string) => config[key] as readonly [Sides, Sides];

/** The layers that pool, pad, cut, enlarge or rearrange. */
export const spatialLayers: Readonly<Record<string, Writer>> = {
  MaxPooling2D: pooled('MaxPool'),
  AveragePooling2D: pooled('AveragePool'),
  GlobalMaxPooling2D: pooledWhole('GlobalMaxPool'),
  GlobalAveragePooling2D: pooledWhole('GlobalAveragePool'),
  GlobalMaxPooling1D: reduced('ReduceMax'),
  GlobalAveragePooling1D: reduced('ReduceMean'),
  ZeroPadding2D(graph, call) {
    const [[top, bottom], [left, right]] = sidesOf(call, 'padding');
    const pads = graph.integers([0, 0, top, left, 0, 0, bottom, right]);
    return Value.first(graph, graph.node('Pad', [call.input.first, pads]), call.outputShape);
  },
  GoodNetPad(graph, { config, input, outputShape }) {
    const { padding, value } = config as { padding: readonly [Sides, Sides]; value: number };
    const [[top, bottom], [left, right]] = padding;
    const pads = graph.integers([0, 0, top, left, 0, 0, bottom, right]);
    return Value.first(graph, graph.node('Pad', [input.first, pads, graph.floats([value], [])]), outputShape);
  },
  GoodNetPlaceScale(graph, { config, input, outputShape }) {
    const { rows, columns } = config as { rows: number[]; columns: number[] };
    const factors = graph.floats(placeFactors(rows, columns), [rows.length, columns.length]);
    return Value.first(graph, graph.node('Mul', [input.first, factors]), outputShape);
  },
  Cropping2D(graph, call) {
    const [[top, bottom], [left, right]] = sidesOf(call, 'cropping');
    const [height, width] = call.input.shape as [number, number];
    const bounds = [
      [top, left],
      [height - bottom, width - right],
      [2, 3],
    ].map((each) => graph.integers(each));
    return Value.first(graph, graph.node('Slice', [call.input.first, ...bounds]), call.outputShape);
  },
  UpSampling2D(graph, { layer, config, input, outputShape }) {
    if ((config.interpolation ?? 'nearest') !== 'nearest') refuse(layer, 'an interpolation of its own');
    const scales = graph.floats([1, 1, ...(config.size as Sides)], [4]);
    const name = graph.node('Resize', [input.first, '', scales], {
      coordinate_transformation_mode: { text: 'asymmetric' },
      mode: { text: 'nearest' },
      nearest_mode: { text: 'floor' },
    });
    return Value.first(graph, name, outputShape);
  },
  GoodNetPickChannels(graph, { input, config, outputShape }) {
    const channels = graph.integers(config.channels as number[]);
    return input.isChannelsFirst
      ? Value.first(graph, graph.node('Gather', [input.first, channels], { axis: { int: 1 } }), outputShape)
      : Value.last(graph, graph.node('Gather', [input.last, channels], { axis: { int: -1 } }), outputShape);
  },
  GoodNetSlice(graph, { config, input, outputShape }) {
    const { axis, begin, size } = config as { axis: number; begin: number; size: number };
    const bounds = [begin, begin + size, axis].map((each) => graph.integers([each]));
    return Value.last(graph, graph.node('Slice', [input.last, ...bounds]), outputShape);
  },
  GoodNetResize(graph, { config, input, outputShape }) {
    // By the same products with matrices: of pixels that lie between two others, rounding would decide.
    const [rows, columns] = input.shape as [number, number];
    const { height, width, interpolation } = config as {
      height: number;
      width: number;
      interpolation: Interpolation;
    };
    const down = graph.floats(samples(rows, height, interpolation), [height, rows]);
    const across = permuted(
      { values: samples(columns, width, interpolation), shape: [width, columns] },
      [1, 0],
    );
    const high = graph.node('MatMul', [down, input.first]);
    const name = graph.node('MatMul', [high, graph.floats(across.values, across.shape)]);
    return Value.first(graph, name, outputShape);
  },
  Flatten: reshaped,
  Reshape: reshaped,
  Permute(graph, { config, input, outputShape }) {
    const perm = { ints: [0, ...(config.dims as number[])] };
    return Value.last(graph, graph.node('Transpose', [input.last], { perm }), outputShape);
  },
  RepeatVector(graph, { config, input, outputShape }) {
    const single = graph.node('Reshape', [input.last, graph.integers([-1, 1, ...input.shape])]);
    const name = graph.node('Expand', [single, graph.integers([1, config.n as number, 1])]);
    return Value.last(graph, name, outputShape);
  },
};
