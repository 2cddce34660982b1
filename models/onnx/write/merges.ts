import type { OnnxGraph } from '../graph';
import { Value } from '../value';
import type { Call, Writer } from './writer';

/** Where each axis of images that lie channels last lies channels first. */
const AXES_FIRST = [0, 2, 3, 1];

/** @param operators for two inputs, and for any number */
function elementwise(two: string, any: string | undefined): Writer {
  return (graph, { inputs, outputShape }) => {
    const isImage = inputs.every((each) => each.isImage);
    const names = isImage ? inputs.map(({ first }) => first) : ofOneRank(graph, inputs);
    const name =
      any !== undefined && names.length !== 2
        ? graph.node(any, names)
        : names.reduce((joined, each) => graph.node(two, [joined, each]));
    return isImage ? Value.first(graph, name, outputShape) : Value.last(graph, name, outputShape);
  };
}

/** TensorFlow.js's layers broadcast ranks that differ from their first axes on: they put ones in behind that of the images. */
function ofOneRank(graph: OnnxGraph, inputs: Call['inputs']): string[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  return inputs.map(({ last, shape }) => {
    if (shape.length === rank) return last;
    const ones = Array.from({ length: rank - shape.length }, () => 1);
    return graph.node('Reshape', [last, graph.integers([-1, ...ones, ...shape])]);
  });
}

/** The layers that take several inputs. */
export const mergeLayers: Readonly<Record<string, Writer>> = {
  Add: elementwise('Add', 'Sum'),
  Multiply: elementwise('Mul', undefined),
  GoodNetMatMul: (graph, { inputs, outputShape }) =>
    Value.last(
      graph,
      graph.node(
        'MatMul',
        inputs.map(({ last }) => last),
      ),
      outputShape,
    ),
  Average: elementwise('Mean', 'Mean'),
  Maximum: elementwise('Max', 'Max'),
  Minimum: elementwise('Min', 'Min'),
  Concatenate(graph, { inputs, config, outputShape }) {
    const rank = outputShape.length + 1;
    const given = (config.axis ?? -1) as number;
    const axis = given < 0 ? given + rank : given;
    if (inputs.every((each) => each.isImage)) {
      const along = { axis: { int: AXES_FIRST[axis]! } };
      const firsts = inputs.map(({ first }) => first);
      return Value.first(graph, graph.node('Concat', firsts, along), outputShape);
    }
    const lasts = inputs.map(({ last }) => last);
    return Value.last(graph, graph.node('Concat', lasts, { axis: { int: axis } }), outputShape);
  },
};
