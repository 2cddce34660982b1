import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { callsInOrder } from '../../nets/graph';
import { valueAt } from '../../present';
import { kerasCall, kerasLayer } from './layers';

/** Keras's name of a tensor: its layer, which call of it, and which of its outputs. */
type Ref = readonly [layer: string, call: number, output: number];

/** All layers of a net, in the order that Keras has them in; a sequential model of TensorFlow.js does not list its input. */
export function layersInOrder(model: LayersModel): layers.Layer[] {
  const inputs = model.inputs
    .map(({ sourceLayer }) => sourceLayer)
    .filter((each) => !model.layers.includes(each));
  return [...inputs, ...model.layers];
}

/**
 * A flat net's configuration as Keras 2 writes it: a functional model. Its layers stand in Keras's order, by which it finds
 * their weights.
 * @throws NetError naming a layer that can't be written
 */
export function kerasConfig(model: LayersModel): object {
  const refs = new Map<number, Ref>(
    model.inputs.map(({ id, sourceLayer }) => [id, [sourceLayer.name, 0, 0]]),
  );
  const calls = new Map<layers.Layer, object[]>();
  const refOf = ({ id }: SymbolicTensor) => valueAt(refs, id);
  for (const { layer, inputs, outputs } of callsInOrder(model.outputs)) {
    const earlier = calls.get(layer) ?? [];
    calls.set(layer, [...earlier, kerasCall(layer, inputs.map(refOf))]);
    outputs.forEach(({ id }, i) => {
      refs.set(id, [layer.name, earlier.length, i]);
    });
  }
  const written = layersInOrder(model).map((layer) => ({
    ...kerasLayer(layer),
    name: layer.name,
    inbound_nodes: calls.get(layer) ?? [],
  }));
  return {
    class_name: 'Functional',
    config: {
      name: model.name,
      layers: written,
      input_layers: model.inputs.map(refOf),
      output_layers: model.outputs.map(refOf),
    },
  };
}
