import { atLeast } from '../../present';
import type { OnnxGraph } from '../graph';
import { Value } from '../value';
import { activated } from './activations';
import { padsOf, type Sides } from './padding';
import { type Call, constant, permuted, type Weight, type Writer, weightsOf } from './writer';

/** A kernel of Keras (rows, columns, in, out) as ONNX has it (out, in, rows, columns). */
const TO_ONNX = [3, 2, 0, 1];

interface Convolved {
  readonly kernel: Weight;
  readonly bias?: Weight | undefined;
  readonly groups?: number;
}

/** @param kernel as ONNX has it */
function convolved(
  graph: OnnxGraph,
  { config, input, outputShape }: Call,
  { kernel, bias, groups = 1 }: Convolved,
): Value {
  const strides = config.strides as Sides;
  const dilations = (config.dilationRate ?? [1, 1]) as Sides;
  const size = kernel.shape.slice(2) as unknown as Sides;
  const pads = padsOf({ size, strides, dilations, padding: paddingOf(config) }, input.shape);
  const weights = [constant(graph, kernel), ...(bias ? [constant(graph, bias)] : [])];
  const name = graph.node('Conv', [input.first, ...weights], {
    kernel_shape: { ints: size },
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: pads },
    group: { int: groups },
  });
  return Value.first(graph, name, outputShape);
}

const paddingOf = (config: Call['config']) => (config.padding ?? 'valid') as 'same' | 'valid';

const conv2d: Writer = (graph, call) => {
  const [kernel, bias] = atLeast(1, weightsOf(call.layer));
  const groups = (call.config.groups ?? 1) as number;
  return activated(graph, call, convolved(graph, call, { kernel: permuted(kernel, TO_ONNX), bias, groups }));
};

/** A depthwise kernel (rows, columns, channels, multiplier) as ONNX has it: a group a channel. */
function depthwiseKernel(kernel: Weight): Weight {
  const { values, shape } = permuted(kernel, [2, 3, 0, 1]);
  const [channels, multiplier, ...size] = shape as [number, number, number, number];
  return { values, shape: [channels * multiplier, 1, ...size] };
}

const depthwise: Writer = (graph, call) => {
  const [kernel, bias] = atLeast(1, weightsOf(call.layer));
  const [, , groups] = atLeast(3, kernel.shape);
  return activated(graph, call, convolved(graph, call, { kernel: depthwiseKernel(kernel), bias, groups }));
};

/** The layers that multiply by kernels. */
export const weightedLayers: Readonly<Record<string, Writer>> = {
  Conv2D: conv2d,
  GoodNetDilatedConv2D: conv2d,
  GoodNetGroupedConv2D: conv2d,
  DepthwiseConv2D: depthwise,
  GoodNetDilatedDepthwiseConv2D: depthwise,
  SeparableConv2D(graph, call) {
    const [depthwise, pointwise, bias] = atLeast(2, weightsOf(call.layer));
    const [, , groups] = atLeast(3, depthwise.shape);
    const [, , between] = atLeast(3, pointwise.shape);
    const within = [...call.outputShape.slice(0, 2), between];
    const apart = convolved(
      graph,
      { ...call, outputShape: within },
      { kernel: depthwiseKernel(depthwise), groups },
    );
    const plain = { ...call.config, strides: [1, 1], dilationRate: [1, 1], padding: 'valid' };
    const joined = convolved(
      graph,
      { ...call, config: plain, input: apart },
      { kernel: permuted(pointwise, TO_ONNX), bias },
    );
    return activated(graph, call, joined);
  },
  Conv2DTranspose(graph, call) {
    const { layer, config, input, outputShape } = call;
    const [kernel, bias] = atLeast(1, weightsOf(layer));
    const strides = config.strides as Sides;
    const size = kernel.shape.slice(0, 2) as unknown as Sides;
    // What a convolution the other way round pads.
    const pads = padsOf({ size, strides, padding: paddingOf(config) }, outputShape);
    const missing = [0, 1].map((axis) => {
      const made = (input.shape[axis]! - 1) * strides[axis]! + size[axis]! - pads[axis]! - pads[axis + 2]!;
      return outputShape[axis]! - made;
    });
    const weights = [constant(graph, permuted(kernel, TO_ONNX)), ...(bias ? [constant(graph, bias)] : [])];
    const name = graph.node('ConvTranspose', [input.first, ...weights], {
      kernel_shape: { ints: size },
      strides: { ints: strides },
      pads: { ints: pads },
      output_padding: { ints: missing },
    });
    return activated(graph, call, Value.first(graph, name, outputShape));
  },
  GoodNetSameForAll(graph, { layer, input, outputShape }) {
    const [values] = atLeast(1, weightsOf(layer));
    const name = input.isChannelsFirst ? input.first : input.last;
    const images = graph.node('Shape', [name], { start: { int: 0 }, end: { int: 1 } });
    const shape = graph.node('Concat', [images, graph.integers(outputShape)], { axis: { int: 0 } });
    const one = constant(graph, values, [1, ...outputShape]);
    return Value.last(graph, graph.node('Expand', [one, shape]), outputShape);
  },
  Dense(graph, call) {
    const { layer, input, outputShape } = call;
    const [kernel, bias] = atLeast(1, weightsOf(layer));
    if (input.isImage) {
      // At each place a convolution of one pixel.
      const [channels, units] = kernel.shape as [number, number];
      const asKernel = permuted({ values: kernel.values, shape: [1, 1, channels, units] }, TO_ONNX);
      const plain = { ...call, config: { strides: [1, 1] } };
      return activated(graph, call, convolved(graph, plain, { kernel: asKernel, bias }));
    }
    const added = bias ? [constant(graph, bias)] : [];
    if (input.shape.length === 1) {
      const name = graph.node('Gemm', [input.last, constant(graph, kernel), ...added]);
      return activated(graph, call, Value.last(graph, name, outputShape));
    }
    const product = graph.node('MatMul', [input.last, constant(graph, kernel)]);
    const name = bias ? graph.node('Add', [product, ...added]) : product;
    return activated(graph, call, Value.last(graph, name, outputShape));
  },
};
