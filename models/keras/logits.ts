import * as tf from '@tensorflow/tfjs-layers';
import { copyNet } from '../nets/graph';
import { activationOf, outputOf, softmaxOf } from './output';
import { owned } from './owned';

type SymbolicTensor = tf.SymbolicTensor;

/**
 * A net with the same weights that answers with logits: what the final softmax works on. The result is a net of its
 * own (nested models laid flat, weights copied), to be disposed by the caller; a net that answers with logits is
 * copied as it is.
 * @param model a classifier with one input and one output
 * @throws NetError where the net answers with neither softmax nor logits
 */
export function toLogits(model: tf.LayersModel): tf.LayersModel {
  return owned(() => withoutSoftmax(copyNet(model)));
}

function withoutSoftmax(flat: tf.LayersModel): tf.LayersModel {
  if (outputOf(flat.outputs[0]!) === 'logits') return flat;
  const { softmax, after } = softmaxOf(flat.outputs[0]!);
  const input = softmax.inputs[0]!;
  let output = isSoftmaxAlone(softmax.layer) ? input : linearCopy(softmax.layer, input);
  for (const { layer } of after.reverse()) output = copyOf(layer).apply(output) as SymbolicTensor;
  return tf.model({ inputs: flat.inputs, outputs: output, name: flat.name });
}

function isSoftmaxAlone(layer: tf.layers.Layer): boolean {
  return ['Activation', 'Softmax'].includes(layer.getClassName());
}

/** The layer without its activation; the weights move over, and the old layer's are disposed. */
function linearCopy(layer: tf.layers.Layer, input: SymbolicTensor): SymbolicTensor {
  if (activationOf(layer) !== 'softmax') throw new Error(`"${layer.name}" has no softmax`);
  const copy = copyOf(layer, { activation: 'linear' });
  const output = copy.apply(input) as SymbolicTensor;
  copy.setWeights(layer.getWeights());
  for (const weight of layer.weights) weight.dispose();
  return output;
}

function copyOf(layer: tf.layers.Layer, changes: object = {}): tf.layers.Layer {
  const type = layer.constructor as unknown as { fromConfig(type: unknown, config: object): tf.layers.Layer };
  const { batchInputShape: _, ...config } = layer.getConfig();
  return type.fromConfig(type, { ...config, ...changes });
}
