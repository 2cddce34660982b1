import type { LayersModel } from '@tensorflow/tfjs-layers';
import { OnnxGraph } from '../../onnx/graph';
import { Value } from '../../onnx/value';
import { atLeast } from '../../present';
import { sidesOf } from '../evidence/transplant';
import type { Region } from '../transplant-regions';
import { logitsOf } from './graph';

/** What no logit is below. Origin: no choice: about the lowest 32-bit float. */
const LOWEST = -3.4e38;

/**
 * What transplantMargins computes, as one graph. Inputs: `cut` (n × height × width × channels), `hosts` (count × the same) and `at`
 * (n classes, 64-bit integers); output `margins`, n × regions.
 * @param net from the cut on: its first output are logits
 * @param count of hosts
 * @throws UnwrittenLayer
 */
export function transplantGraph(net: LayersModel, count: number, regions: readonly Region[]): Uint8Array {
  const graph = new OnnxGraph();
  const [input] = atLeast(1, net.inputs);
  const [height, width, channels] = input.shape.slice(1) as [number, number, number];
  const sizes = [height, width, channels];
  graph.input('cut', sizes);
  graph.input('hosts', sizes);
  graph.input('at', [], 'int64');
  const reshaped = (name: string, shape: readonly number[]) =>
    graph.node('Reshape', [name, graph.integers(shape)]);
  const first = (name: string) => Value.last(graph, name, sizes).first;

  // Channels first: n × regions × hosts × channels × height × width.
  const cut = reshaped(first('cut'), [-1, 1, 1, channels, height, width]);
  const masks = graph.floats(masksOf(regions, height, width), [regions.length, 1, 1, height, width]);
  const rests = graph.floats(
    masksOf(regions, height, width).map((each) => 1 - each),
    [regions.length, 1, 1, height, width],
  );
  const parts = graph.node('Mul', [cut, masks]);
  const around = graph.node('Mul', [first('hosts'), rests]);
  const rows = reshaped(graph.node('Add', [parts, around]), [-1, channels, height, width]);
  const logits = logitsOf(graph, net, Value.first(graph, rows, sizes));

  const each = regions.length * count;
  const repeated = graph.node('Expand', [reshaped('at', [-1, 1]), graph.integers([1, each])]);
  const margins = marginsOf(graph, logits.last, reshaped(repeated, [-1, 1]));
  const byRegion = reshaped(margins, [-1, regions.length, count]);
  const mean = graph.node('ReduceMean', [byRegion, graph.integers([2])], { keepdims: { int: 0 } });
  graph.output('margins', mean, [regions.length]);
  return graph.file();
}

/** See margins: of rows × classes, at rows × 1 classes. @returns rows × 1 */
function marginsOf(graph: OnnxGraph, logits: string, at: string): string {
  const along = { axis: { int: 1 } };
  const highest = (of: string) => graph.node('ReduceMax', [of, graph.integers([1])]);
  const own = graph.node('GatherElements', [logits, at], along);
  const lowest = graph.node('Min', [own, graph.floats([LOWEST], [])]);
  const others = graph.node('ScatterElements', [logits, at, lowest], along);
  // The logarithm of a softmax is what it was of, less the logarithm of the sum of exponentials.
  const less = graph.node('Sub', [highest(others), highest(graph.node('LogSoftmax', [others], along))]);
  return graph.node('Sub', [own, less]);
}

/** regions × height × width values: 1 in the region. */
function masksOf(regions: readonly Region[], height: number, width: number): Float32Array {
  const masks = new Float32Array(regions.length * height * width);
  regions.forEach((region, i) => {
    const [top, bottom, left, right] = sidesOf(region, height, width);
    for (let y = top; y < bottom; y++)
      masks.fill(1, (i * height + y) * width + left, (i * height + y) * width + right);
  });
  return masks;
}
