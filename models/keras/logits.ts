import * as tf from '@tensorflow/tfjs-layers';
import { copyNet } from '../nets/graph';
import { first } from '../present';
import { outputOf, softmaxOf } from './output';
import { owned } from './owned';
import { copyOf, linearCopy } from './without-activation';

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
  if (outputOf(first(flat.outputs)) === 'logits') return flat;
  const { softmax, after } = softmaxOf(first(flat.outputs));
  const input = first(softmax.inputs);
  let output = isSoftmaxAlone(softmax.layer) ? input : linearCopy(softmax.layer, input);
  for (const { layer } of after.reverse()) output = copyOf(layer).apply(output) as SymbolicTensor;
  return tf.model({ inputs: flat.inputs, outputs: output, name: flat.name });
}

function isSoftmaxAlone(layer: tf.layers.Layer): boolean {
  return ['Activation', 'Softmax'].includes(layer.getClassName());
}
