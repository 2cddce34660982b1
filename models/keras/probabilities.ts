import * as tf from '@tensorflow/tfjs-layers';
import { copyNet } from '../nets/graph';
import { first } from '../present';
import { outputOf } from './output';
import { owned } from './owned';

/**
 * A net with the same weights that answers with the classes' probabilities: a net of logits with a softmax behind it; the
 * opposite of toLogits. The result is a net of its own (laid flat, weights copied), to be disposed by the caller; a net that
 * answers with probabilities is copied as it is.
 * @param model a classifier with one input and one output
 * @throws NetError where the net answers with neither softmax nor logits
 */
export function toProbabilities(model: tf.LayersModel): tf.LayersModel {
  return owned(() => {
    const flat = copyNet(model);
    const answer = first(flat.outputs);
    if (outputOf(answer) === 'softmax') return flat;
    const taken = new Set(flat.layers.map(({ name }) => name));
    let name = 'softmax';
    for (let i = 1; taken.has(name); i++) name = `softmax_${i}`;
    const output = tf.layers.softmax({ name }).apply(answer) as tf.SymbolicTensor;
    return tf.model({ inputs: flat.inputs, outputs: output, name: flat.name });
  });
}
