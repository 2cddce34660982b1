import type { layers } from '@tensorflow/tfjs-layers';
import type { OnnxGraph } from './graph';

/** A tensor of the graph. Image-shaped ones are channels first there, channels last in Keras. */
export interface Value {
  readonly name: string;
  /** Height, width and channels of what was flattened to make it: its values then lie channels first, too. */
  readonly flattened?: readonly number[] | undefined;
}

/** Thrown for a layer that can't be written. */
export class UnwrittenLayer extends Error {
  override readonly name = 'UnwrittenLayer';
}

interface Call {
  readonly layer: layers.Layer;
  /** The layer's config. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly flattened: readonly number[] | undefined;
  /** Of the output, without its first dimension. */
  readonly outputShape: readonly number[];
}

/** Adds what a layer computes to a graph. @returns the output's name */
type Writer = (graph: OnnxGraph, inputs: readonly string[], call: Call) => string;

/** The layers of DeepID nets and of the heads that the default method gives them. */
const writers: Readonly<Record<string, Writer>> = {
  Conv2D(graph, inputs, { layer, config }) {
    const [kernel, bias] = valuesOf(layer);
    if (config.padding !== 'valid') throw new UnwrittenLayer(`${layer.name}: only valid padding is written`);
    const order = [3, 2, 0, 1];
    const shape = order.map((axis) => kernel!.shape[axis]!);
    const weights = [graph.floats(permuted(kernel!.values, kernel!.shape, order), shape)];
    if (bias) weights.push(graph.floats(bias.values, bias.shape));
    const strides = { ints: config.strides as number[] };
    const dilations = { ints: config.dilationRate as number[] };
    return activated(graph, graph.node('Conv', [inputs[0]!, ...weights], { strides, dilations }), config);
  },
  MaxPooling2D(graph, inputs, { layer, config }) {
    if (config.padding !== 'valid') throw new UnwrittenLayer(`${layer.name}: only valid padding is written`);
    return graph.node('MaxPool', inputs, {
      kernel_shape: { ints: config.poolSize as number[] },
      strides: { ints: config.strides as number[] },
    });
  },
  Flatten: (graph, inputs) => graph.node('Flatten', inputs, { axis: { int: 1 } }),
  Dense(graph, inputs, { layer, config, flattened }) {
    const [kernel, bias] = valuesOf(layer);
    const [rows, units] = kernel!.shape as [number, number];
    const values = flattened ? permuted(kernel!.values, [...flattened, units], [2, 0, 1, 3]) : kernel!.values;
    const added = bias ? [graph.floats(bias.values, bias.shape)] : [];
    return activated(
      graph,
      graph.node('Gemm', [inputs[0]!, graph.floats(values, [rows, units]), ...added]),
      config,
    );
  },
  Activation: (graph, inputs, { config }) => activated(graph, inputs[0]!, config),
  ReLU: (graph, inputs) => graph.node('Relu', inputs),
  ThresholdedReLU: (graph, inputs, { config }) =>
    graph.node('ThresholdedRelu', inputs, { alpha: { float: config.theta as number } }),
  Add: (graph, inputs) => graph.node('Sum', inputs),
  Concatenate: (graph, inputs) => graph.node('Concat', inputs, { axis: { int: 1 } }),
  Reshape: (graph, inputs, { outputShape }) =>
    graph.node('Reshape', [inputs[0]!, graph.integers([0, ...outputShape])]),
  GlobalMaxPooling1D: (graph, inputs) =>
    graph.node('ReduceMax', inputs, { axes: { ints: [1] }, keepdims: { int: 0 } }),
  Rescaling(graph, inputs, { config }) {
    const scaled = graph.node('Mul', [inputs[0]!, scalar(graph, config.scale)]);
    return config.offset ? graph.node('Add', [scaled, scalar(graph, config.offset)]) : scaled;
  },
};

/** Layers that leave every value in its place. */
const IN_PLACE = ['Activation', 'ReLU', 'ThresholdedReLU', 'Rescaling'];

/**
 * Adds a layer's call to a graph.
 * @param shapes of the first input and of the output in Keras, without their first dimension
 * @throws UnwrittenLayer
 */
export function writeLayer(
  graph: OnnxGraph,
  inputs: readonly Value[],
  layer: layers.Layer,
  shapes: { readonly input: readonly number[]; readonly output: readonly number[] },
): Value {
  const type = layer.getClassName();
  const writer = writers[type];
  if (!writer) throw new UnwrittenLayer(`${layer.name}: no ${type} is written`);
  const isImage = shapes.input.length === 3;
  if (isImage !== (shapes.output.length === 3) && type !== 'Flatten')
    throw new UnwrittenLayer(`${layer.name}: only Flatten may change between images and vectors`);
  const inPlace = IN_PLACE.includes(type);
  const takesFlattened = inPlace || type === 'Dense';
  const names = inputs.map((each) => (takesFlattened ? each.name : channelsLast(graph, each)));
  const flattened = inputs[0]!.flattened;
  const name = writer(graph, names, {
    layer,
    config: layer.getConfig(),
    flattened,
    outputShape: shapes.output,
  });
  if (type === 'Flatten' && isImage) return { name, flattened: shapes.input };
  return { name, flattened: inPlace ? flattened : undefined };
}

/** Values that were flattened, in Keras's order. */
function channelsLast(graph: OnnxGraph, { name, flattened }: Value): string {
  if (!flattened) return name;
  const [height, width, channels] = flattened as [number, number, number];
  const image = graph.node('Reshape', [name, graph.integers([0, channels, height, width])]);
  const turned = graph.node('Transpose', [image], { perm: { ints: [0, 2, 3, 1] } });
  return graph.node('Flatten', [turned], { axis: { int: 1 } });
}

function valuesOf(layer: layers.Layer): { values: Float32Array; shape: number[] }[] {
  return layer.getWeights().map((weight) => ({
    values: weight.dataSync() as Float32Array,
    shape: weight.shape,
  }));
}

function scalar(graph: OnnxGraph, value: unknown): string {
  return graph.floats(Float32Array.of(Number(value)), [1]);
}

function activated(graph: OnnxGraph, tensor: string, { activation }: Call['config']): string {
  if (activation === 'linear') return tensor;
  if (activation === 'relu') return graph.node('Relu', [tensor]);
  throw new UnwrittenLayer(`No activation ${activation} is written`);
}

/** The values of a tensor with its axes in another order. */
export function permuted(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const result = new Float32Array(values.length);
  let at = 0;
  const fill = (depth: number, offset: number) => {
    if (depth === order.length) {
      result[at++] = values[offset]!;
      return;
    }
    const axis = order[depth]!;
    for (let i = 0; i < shape[axis]!; i++) fill(depth + 1, offset + i * stride[axis]!);
  };
  fill(0, 0);
  return result;
}
