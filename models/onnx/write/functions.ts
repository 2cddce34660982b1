import type { FunctionName } from '../../nets/plain-function';
import type { ReduceKind } from '../../nets/reduce';
import { present } from '../../present';
import type { OnnxGraph } from '../graph';
import { Value } from '../value';
import type { Writer } from './writer';

type Numbers = readonly (number | null)[];

const FUNCTIONS: Readonly<Record<FunctionName, (graph: OnnxGraph, x: string, numbers: Numbers) => string>> = {
  abs: (graph, x) => graph.node('Abs', [x]),
  exp: (graph, x) => graph.node('Exp', [x]),
  gelu: (graph, x) => graph.node('Gelu', [x], { approximate: { text: 'tanh' } }),
  log: (graph, x) => graph.node('Log', [x]),
  power: (graph, x, [exponent]) =>
    graph.node('Pow', [x, graph.floats([present(exponent, 'An exponent')], [])]),
  clip(graph, x, [lowest, highest]) {
    const above = lowest == null ? x : graph.node('Max', [x, graph.floats([lowest], [])]);
    return highest == null ? above : graph.node('Min', [above, graph.floats([highest], [])]);
  },
};

const REDUCERS: Readonly<Record<ReduceKind, string>> = {
  max: 'ReduceMax',
  mean: 'ReduceMean',
  min: 'ReduceMin',
  sum: 'ReduceSum',
};

/** The layers that are functions on tensors in Keras. */
export const functionLayers: Readonly<Record<string, Writer>> = {
  GoodNetFunction: (graph, { input, config }) =>
    input.mapped((x) => FUNCTIONS[config.function as FunctionName](graph, x, config.numbers as Numbers)),
  GoodNetReduce(graph, { input, config, outputShape }) {
    const axes = graph.integers(config.axes as number[]);
    const name = graph.node(REDUCERS[config.kind as ReduceKind], [input.last, axes], {
      keepdims: { int: config.keepDims ? 1 : 0 },
    });
    return Value.last(graph, name, outputShape);
  },
};
