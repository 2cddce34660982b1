import * as tf from '@tensorflow/tfjs-layers';
import { first, valueAt } from '../present';

type Layer = tf.layers.Layer;

/** One call of a layer within a net: TensorFlow.js keeps it as the layer's "inbound node". */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly tf.SymbolicTensor[];
  readonly outputs: readonly tf.SymbolicTensor[];
  readonly callArgs: object | undefined;
}

interface SourcedTensor {
  readonly sourceLayer: Layer;
  readonly nodeIndex: number;
}

interface Node {
  readonly inputTensors: tf.SymbolicTensor[];
  readonly outputTensors: tf.SymbolicTensor[];
  readonly callArgs?: object;
}

/** The layer call that made a symbolic tensor. */
export function callOf(tensor: tf.SymbolicTensor): LayerCall {
  const { sourceLayer, nodeIndex } = tensor as unknown as SourcedTensor;
  const node = (sourceLayer as unknown as { inboundNodes: Node[] }).inboundNodes[nodeIndex]!;
  return {
    layer: sourceLayer,
    // An input layer's node names its own output as its input.
    inputs: sourceLayer.getClassName() === 'InputLayer' ? [] : node.inputTensors,
    outputs: node.outputTensors,
    callArgs: node.callArgs,
  };
}

/** Every layer call that `outputs` depend on, each after those that feed it; inputs (InputLayer) left out. */
export function callsInOrder(outputs: readonly tf.SymbolicTensor[], stopAt?: tf.SymbolicTensor): LayerCall[] {
  const seen = new Set<number>(stopAt ? [stopAt.id] : []);
  const calls: LayerCall[] = [];
  const visit = (tensor: tf.SymbolicTensor): void => {
    if (seen.has(tensor.id)) return;
    const call = callOf(tensor);
    for (const output of call.outputs) seen.add(output.id);
    for (const input of call.inputs) visit(input);
    if (call.inputs.length > 0) calls.push(call);
  };
  for (const output of outputs) visit(output);
  return calls;
}

/**
 * Copies the part of a net between `from` and `outputs` into a net of its own: new layers with the same
 * configuration and weights. Nested models are laid flat; a layer that is called twice stays one layer.
 * @param from tensor that becomes the copy's input (the net's own input, or a cut of it)
 */
export function copyBetween(
  from: tf.SymbolicTensor,
  outputs: readonly tf.SymbolicTensor[],
  name: string,
): tf.LayersModel {
  const copies = new Map<Layer, Layer>();
  const names = new Set<string>([inputName(name)]);

  const copyOf = (layer: Layer): Layer => {
    const known = copies.get(layer);
    if (known) return known;
    const config = layer.getConfig();
    let unique = layer.name;
    for (let i = 1; names.has(unique); i++) unique = `${layer.name}_${i}`;
    names.add(unique);
    config.name = unique;
    // The copy takes its input shape from the tensor that it is applied to.
    delete config.batchInputShape;
    const type = layer.constructor as unknown as { fromConfig(type: unknown, config: object): Layer };
    const copy = type.fromConfig(type, config);
    copies.set(layer, copy);
    return copy;
  };

  const model = between(from, outputs, name, copyOf);
  for (const [layer, copy] of copies) {
    // TensorFlow.js counts each call of a layer as a use, but disposing of a net takes back only one.
    (copy as unknown as { _refCount: number })._refCount = 1;
    if (layer.weights.length > 0) copy.setWeights(layer.getWeights());
  }
  return model;
}

/**
 * The part of a net between `from` and `outputs` as a net of its own with the same layers: it is to be freed by disposing
 * of the whole net alone.
 * @param from tensor that becomes the part's input
 */
export function partBetween(
  from: tf.SymbolicTensor,
  outputs: readonly tf.SymbolicTensor[],
  name: string,
): tf.LayersModel {
  const uses = new Map<{ _refCount: number }, number>();
  const model = between(from, outputs, name, (layer) => {
    const counted = layer as unknown as { _refCount: number };
    if (!uses.has(counted)) uses.set(counted, counted._refCount);
    return layer;
  });
  // TensorFlow.js counts a further call as a use, which nobody would take back.
  for (const [layer, before] of uses) layer._refCount = before;
  return model;
}

/** Calls the layers between `from` and `outputs`, or others in their place, once more. Nested models are laid flat. */
function between(
  from: tf.SymbolicTensor,
  outputs: readonly tf.SymbolicTensor[],
  name: string,
  layerFor: (layer: Layer) => Layer,
): tf.LayersModel {
  const resolve = (tensor: tf.SymbolicTensor, known: Map<number, tf.SymbolicTensor>): tf.SymbolicTensor => {
    const done = known.get(tensor.id);
    if (done) return done;
    const call = callOf(tensor);
    if (call.inputs.length === 0) throw new Error(`"${tensor.name}" does not depend on "${from.name}"`);
    const inputs = call.inputs.map((each) => resolve(each, known));
    let made: tf.SymbolicTensor[];
    if (call.layer instanceof tf.LayersModel) {
      const model = call.layer;
      const inside = new Map(model.inputs.map((each, i) => [each.id, inputs[i]!] as const));
      made = model.outputs.map((each) => resolve(each, inside));
    } else {
      const layer = layerFor(call.layer);
      const applied = layer.apply(inputs.length === 1 ? first(inputs) : inputs, call.callArgs as never);
      made = (Array.isArray(applied) ? applied : [applied]) as tf.SymbolicTensor[];
    }
    call.outputs.forEach((each, i) => {
      known.set(each.id, made[i]!);
    });
    return valueAt(known, tensor.id);
  };

  const input = tf.input({ shape: from.shape.slice(1), name: inputName(name) });
  const known = new Map([[from.id, input]]);
  const made = outputs.map((each) => resolve(each, known));
  return tf.model({ inputs: input, outputs: made.length === 1 ? first(made) : made, name });
}

const inputName = (net: string) => `${net}_input`;

/** A copy of a whole net, laid flat, with weights of its own. */
export function copyNet(model: tf.LayersModel, name = model.name): tf.LayersModel {
  return copyBetween(first(model.inputs), model.outputs, name);
}
