import type { LayersModel } from '@tensorflow/tfjs-layers';
import { callsInOrder } from '../nets/graph';
import { first, valueAt } from '../present';
import type { OnnxGraph } from './graph';
import type { Value } from './value';
import { activationLayers } from './write/activations';
import { functionLayers } from './write/functions';
import { mergeLayers } from './write/merges';
import { normalizationLayers } from './write/normalizations';
import { spatialLayers } from './write/spatial';
import { weightedLayers } from './write/weighted';
import { UnwrittenLayer, type Writer } from './write/writer';

/** What is written, by the class of the layer. */
export const writers: ReadonlyMap<string, Writer> = new Map(
  [activationLayers, functionLayers, mergeLayers, normalizationLayers, spatialLayers, weightedLayers].flatMap(
    (each) => Object.entries(each),
  ),
);

/**
 * Adds a flat net (see copyNet) to a graph, as it answers outside training.
 * @param inputs a value for each of the net's inputs
 * @returns its outputs
 * @throws UnwrittenLayer for a layer that no writer is there for
 */
export function writeNet(
  graph: OnnxGraph,
  { inputs, outputs }: Pick<LayersModel, 'inputs' | 'outputs'>,
  given: readonly Value[],
): Value[] {
  const values = new Map(inputs.map((input, i) => [input.id, given[i]!] as const));
  for (const call of callsInOrder(outputs)) {
    // What is given is not made again.
    if (values.has(first(call.outputs).id)) continue;
    const { layer } = call;
    const writer = writers.get(layer.getClassName());
    if (!writer) throw new UnwrittenLayer(`the layer "${layer.name}" is a ${layer.getClassName()}`);
    const from = call.inputs.map(({ id }) => valueAt(values, id));
    const outputShape = first(call.outputs).shape.slice(1) as number[];
    const made = { layer, config: layer.getConfig(), inputs: from, input: first(from), outputShape };
    values.set(first(call.outputs).id, writer(graph, made));
  }
  return outputs.map(({ id }) => valueAt(values, id));
}
