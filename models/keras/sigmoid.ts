import * as tf from '@tensorflow/tfjs-layers';
import { callOf, callsInOrder, type LayerCall } from '../nets/graph';
import { first } from '../present';
import { activationOf } from './output';
import { copyOf, linearCopy } from './without-activation';

type SymbolicTensor = tf.SymbolicTensor;

/** A net's answer read as scores of classes, and what is assumed, a sentence for people. */
export interface AsClasses {
  readonly output: SymbolicTensor;
  readonly note: string;
}

/** Layers behind a sigmoid that leave the order of its values as it is. */
const MOVING = new Set(['Activation', 'Dropout', 'Flatten', 'Reshape']);

/**
 * Reads sigmoids at the end of a net as classes. A single one, of z, is a softmax of the logits 0 and z; of several, one a
 * class, what goes into them are the classes' scores.
 * @param output of a net, (batch, outputs); its layers with a sigmoid inside give their weights to copies without
 * @param unique gives names that no other layer has
 * @param isLogit whether a single output without a sigmoid is what would go into one
 * @returns undefined where the net does not end in sigmoids
 */
export function sigmoidsAsClasses(
  output: SymbolicTensor,
  unique: (name: string) => string,
  isLogit = false,
): AsClasses | undefined {
  const ended = sigmoidOf(output);
  if (!ended && isLogit && output.shape.length === 2 && output.shape[1] === 1)
    return {
      output: twoClasses(output, unique),
      note: 'The net ends in one logit, as the loss that it was compiled with tells: it is read as two classes, 0 for answers below 0 and 1 for those above. Pictures of class 1 should be those that it was trained to answer 1.',
    };
  if (!ended || output.shape.length !== 2 || !usedOnce(output, [ended.sigmoid, ...ended.after]))
    return undefined;
  const { sigmoid, after } = ended;
  const input = first(sigmoid.inputs);
  let z = sigmoid.layer.getClassName() === 'Activation' ? input : linearCopy(sigmoid.layer, input);
  for (const { layer } of after.reverse()) z = copyOf(layer).apply(z) as SymbolicTensor;
  const count = output.shape[1];
  if (count !== 1) {
    return {
      output: z,
      note: `The net ends in ${count} sigmoids, which answer yes or no for each class by itself: what goes into them is read as the classes' scores, and the class of the highest is the answer. Every picture should be of one class alone.`,
    };
  }
  return {
    output: twoClasses(z, unique),
    note: 'The net ends in one sigmoid: it is read as two classes, 0 for answers below 0.5 and 1 for those above. Pictures of class 1 should be those that it was trained to answer 1.',
  };
}

/** The softmax of the logits 0 and z. */
function twoClasses(z: SymbolicTensor, unique: (name: string) => string): SymbolicTensor {
  const none = tf.layers.rescaling({ name: unique('no'), scale: 0, offset: 0 }).apply(z) as SymbolicTensor;
  const both = tf.layers.concatenate({ name: unique('no_and_yes') }).apply([none, z]) as SymbolicTensor;
  return tf.layers.softmax({ name: unique('two_classes') }).apply(both) as SymbolicTensor;
}

/** The call whose sigmoid is the net's last step, with those that only move its values, last first. */
function sigmoidOf(output: SymbolicTensor): { sigmoid: LayerCall; after: LayerCall[] } | undefined {
  const after: LayerCall[] = [];
  for (let call = callOf(output); call.inputs.length === 1; call = callOf(first(call.inputs))) {
    const activation = activationOf(call.layer);
    if (activation === 'sigmoid') return { sigmoid: call, after };
    if (!MOVING.has(call.layer.getClassName()) || (activation ?? 'linear') !== 'linear') return undefined;
    after.push(call);
  }
  return undefined;
}

/** Whether nothing else of the net works on what these calls give, nor calls their layers. */
function usedOnce(output: SymbolicTensor, calls: readonly LayerCall[]): boolean {
  const all = callsInOrder([output]);
  return calls.every(
    ({ layer, outputs }) =>
      all.filter((call) => call.layer === layer).length === 1 &&
      all.filter(({ inputs }) => inputs.some(({ id }) => id === first(outputs).id)).length <= 1,
  );
}
