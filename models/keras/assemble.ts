import * as tf from '@tensorflow/tfjs-layers';
import { callsInOrder } from '../nets/graph';
import { sigmoidsAsClasses } from './sigmoid';

/**
 * A net of the layers between an image and an answer. Sigmoids at its end are read as classes.
 * @param unique gives names that no other layer has
 * @param note is told what is assumed of the net, a sentence for people
 * @param isLogit whether a single output without a sigmoid is what would go into one
 */
export function assembled(
  image: tf.SymbolicTensor,
  output: tf.SymbolicTensor,
  unique: (name: string) => string,
  note: (note: string) => void,
  isLogit = false,
): tf.LayersModel {
  const classes = sigmoidsAsClasses(output, unique, isLogit);
  if (classes) note(classes.note);
  const answers = classes?.output ?? output;
  nameApart(answers);
  return tf.model({ inputs: image, outputs: answers, name: 'net' });
}

/**
 * Gives names that TensorFlow.js takes, each once, and none that an object of JavaScript has.
 * @param taken names that are there already
 */
export function uniqueNames(taken: Iterable<string>): (path: string) => string {
  const names = new Set(taken);
  return (path) => {
    const base = path.replace(/[^\w.-]/g, '_');
    let name = base in {} || !/^[a-z\d]/i.test(base) ? `layer_${base}` : base;
    for (let i = 1; names.has(name); i++) name = `${base}_${i}`;
    names.add(name);
    return name;
  };
}

/** A layer that is made of several names them after itself, as another of the file's may be called: `act_relu` beside `act`. */
function nameApart(output: tf.SymbolicTensor): void {
  const names = new Map<string, tf.layers.Layer>();
  for (const { layer } of callsInOrder([output])) {
    const own = layer.name;
    for (let i = 1; (names.get(layer.name) ?? layer) !== layer; i++) layer.name = `${own}_${i}`;
    names.set(layer.name, layer);
  }
}
