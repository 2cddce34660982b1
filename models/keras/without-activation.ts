import type * as tf from '@tensorflow/tfjs-layers';

/** The layer without its activation, called on `input`; the weights move over, and the old layer's are disposed. */
export function linearCopy(layer: tf.layers.Layer, input: tf.SymbolicTensor): tf.SymbolicTensor {
  const copy = copyOf(layer, { activation: 'linear' });
  const output = copy.apply(input) as tf.SymbolicTensor;
  copy.setWeights(layer.getWeights());
  for (const weight of layer.weights) weight.dispose();
  return output;
}

/** A layer of the same options, but for some; it has no weights yet. */
export function copyOf(layer: tf.layers.Layer, changes: object = {}): tf.layers.Layer {
  const type = layer.constructor as unknown as { fromConfig(type: unknown, config: object): tf.layers.Layer };
  const { batchInputShape: _, ...config } = layer.getConfig();
  return type.fromConfig(type, { ...config, ...changes });
}
