import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ClassCloud } from '../../../models/detector/mahalanobis';
import type { Clouds, DetectorNets } from '../../../models/detector/nets';
import { callsInOrder } from '../../../models/nets/graph';
import { OnnxGraph } from './graph';
import { permuted, type Value, writeLayer } from './layers';

/**
 * All that a verdict computes with nets, as one ONNX file: the shared stem once, B, B′ and E, and the projections of B's
 * features. Input `images` (n × height × width × channels, scaled); outputs `bad`, `repaired`, `expert`, `latent` and
 * `trunk`, as far as the detector has them.
 * @throws UnwrittenLayer for a layer that no writer is there for
 */
export function detectorOnnx(nets: DetectorNets, clouds: Clouds): Uint8Array {
  const graph = new OnnxGraph();
  const { height, width, channels } = nets.shape;
  graph.input('images', [height, width, channels]);
  const image = { name: graph.node('Transpose', ['images'], { perm: { ints: [0, 3, 1, 2] } }) };
  const stem = nets.stem ? write(graph, nets.stem, [image])[0]! : image;
  const sources: Record<string, readonly Value[]> = { image: [image], stem: [stem] };
  const run = (part: DetectorNets['bad']) => write(graph, part.model, sources[part.from]!);
  const fromBad = run(nets.bad);
  sources.bad = fromBad;
  const [bad, latent, trunk] = fromBad;
  graph.output('bad', bad!.name, nets.classes);
  graph.output('repaired', run(nets.repaired)[0]!.name, nets.classes);
  if (nets.expert) graph.output('expert', run(nets.expert)[0]!.name, nets.classes);
  const [, latentShape, trunkShape] = nets.bad.model.outputs.map((output) => output.shape.slice(1));
  for (const [name, cloud, value, shape] of [
    ['latent', clouds.latent, latent, latentShape],
    ['trunk', clouds.trunk, trunk, trunkShape],
  ] as const) {
    if (cloud && value)
      graph.output(name, projected(graph, value, shape as number[], cloud), cloud.dimensions);
  }
  return graph.file();
}

/** Adds a flat net. @param inputs a value for each of the net's inputs @returns its outputs */
function write(graph: OnnxGraph, model: LayersModel, inputs: readonly Value[]): Value[] {
  const values = new Map(model.inputs.map((input, i) => [input.id, inputs[i]!] as const));
  for (const { layer, inputs, outputs } of callsInOrder(model.outputs)) {
    const given = inputs.map((each) => values.get(each.id)!);
    const shapes = { input: inputs[0]!.shape.slice(1), output: outputs[0]!.shape.slice(1) };
    values.set(
      outputs[0]!.id,
      writeLayer(graph, given, layer, shapes as Record<'input' | 'output', number[]>),
    );
  }
  return model.outputs.map((output) => values.get(output.id)!);
}

function projected(graph: OnnxGraph, value: Value, shape: readonly number[], cloud: ClassCloud): string {
  const { projection, features, dimensions } = cloud;
  const image = shape.length === 3 ? shape : value.flattened;
  const flat = shape.length === 3 ? graph.node('Flatten', [value.name], { axis: { int: 1 } }) : value.name;
  const rows = image ? permuted(projection, [...image, dimensions], [2, 0, 1, 3]) : projection;
  return graph.node('MatMul', [flat, graph.floats(rows, [features, dimensions])]);
}
