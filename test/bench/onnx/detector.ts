import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ClassCloud } from '../../../models/detector/mahalanobis';
import type { DetectorNets, Parts } from '../../../models/detector/nets';
import { CUT, headBehindCut } from '../../../models/nets/features';
import { callsInOrder } from '../../../models/nets/graph';
import { OnnxGraph } from './graph';
import { permuted, type Value, writeLayer } from './layers';

/** Channels last to channels first, and back. */
const TO_FIRST = { perm: { ints: [0, 3, 1, 2] } };
const TO_LAST = { perm: { ints: [0, 2, 3, 1] } };

/**
 * All that a verdict computes of every image with nets, as one ONNX file: B, B′ and E, and the projections of B's features.
 * Input `images` (n × height × width × channels, scaled); outputs `bad`, `repaired`, `second`, `relearned`, `expert`, `latent` and
 * `trunk`, and what further questions take, `cut` and `stem` (channels last), as far as the detector has them.
 * @throws UnwrittenLayer for a layer that no writer is there for
 */
export function detectorOnnx(nets: DetectorNets, parts: Parts): Uint8Array {
  const graph = new OnnxGraph();
  const { height, width, channels } = nets.shape;
  graph.input('images', [height, width, channels]);
  const image = { name: graph.node('Transpose', ['images'], TO_FIRST) };
  const fromBad = write(graph, nets.bad, [image]);
  const [bad, latent, trunk] = fromBad;
  graph.output('bad', bad!.name, nets.classes);
  if (nets.repaired) graph.output('repaired', write(graph, nets.repaired, [image])[0]!.name, nets.classes);
  if (nets.relearned) {
    const [second, relearned] = write(graph, nets.relearned.model, fromBad.slice(0, 3));
    graph.output('second', second!.name, nets.classes);
    if (relearned) graph.output('relearned', relearned.name, nets.classes);
  }
  const { forgetting: expert, transplant } = parts;
  if (expert)
    graph.output(
      'expert',
      write(graph, expert.model, [expert.from === 'stem' ? fromBad.at(-1)! : image])[0]!.name,
      nets.classes,
    );
  const [, latentShape, trunkShape] = nets.bad.outputs.map((output) => output.shape.slice(1));
  for (const [name, cloud, value, shape] of [
    ['latent', parts.latent, latent, latentShape],
    ['trunk', parts.trunk, trunk, trunkShape],
  ] as const) {
    if (cloud && value)
      graph.output(name, projected(graph, value, shape as number[], cloud), cloud.dimensions);
  }
  const further = {
    cut: transplant?.from === 'cut' ? CUT : undefined,
    stem: nets.gallery && fromBad.length - 1,
  };
  for (const [name, place] of Object.entries(further)) {
    if (place === undefined) continue;
    const size = nets.bad.outputs[place]!.shape.slice(1).reduce((product, each) => product! * each!, 1)!;
    const last = graph.node('Transpose', [fromBad[place]!.name], TO_LAST);
    graph.output(name, graph.node('Flatten', [last], { axis: { int: 1 } }), size);
  }
  return graph.file();
}

/** B alone. Input `rows` (n × height × width × channels, scaled); output `logits`. @throws UnwrittenLayer */
export function badOnnx({ bad, classes }: DetectorNets): Uint8Array {
  return logitsOnnx(bad, classes);
}

/** B from its cut on. Input `rows` (n × height × width × channels of the cut); output `logits`. @throws UnwrittenLayer */
export function headOnnx({ bad, classes }: DetectorNets): Uint8Array {
  return logitsOnnx(headBehindCut(bad), classes);
}

function logitsOnnx(net: LayersModel, classes: number): Uint8Array {
  const graph = new OnnxGraph();
  graph.input('rows', net.inputs[0]!.shape.slice(1) as number[]);
  const image = { name: graph.node('Transpose', ['rows'], TO_FIRST) };
  const { inputs } = net;
  const [logits] = write(graph, { inputs, outputs: [net.outputs[0]!] }, [image]);
  graph.output('logits', logits!.name, classes);
  return graph.file();
}

/** Adds a flat net. @param inputs a value for each of the net's inputs @returns its outputs */
function write(
  graph: OnnxGraph,
  model: Pick<LayersModel, 'inputs' | 'outputs'>,
  inputs: readonly Value[],
): Value[] {
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
