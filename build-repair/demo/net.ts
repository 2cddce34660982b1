import * as tf from '@tensorflow/tfjs-layers';
import { DEMO_SHAPE } from './cast';

/**
 * A small net of DeepID's kind, untrained: three convolutions, then two branches that meet before the head.
 * DEMO_SHAPE in, scaled to 0–1, softmax out; 32,000 parameters for 24 classes.
 */
export function demoNet(classes: number, seed: number): tf.LayersModel {
  let drawn = seed * 100;
  const kernelInitializer = () => tf.initializers.heNormal({ seed: drawn++ });
  const { conv2d, maxPooling2d, flatten, dense, add, activation } = tf.layers;
  const apply = (layer: tf.layers.Layer, to: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
    layer.apply(to) as tf.SymbolicTensor;
  const conv = (name: string, filters: number, kernelSize: number, to: tf.SymbolicTensor) =>
    apply(
      conv2d({ name, filters, kernelSize, activation: 'relu', kernelInitializer: kernelInitializer() }),
      to,
    );
  const pool = (name: string, to: tf.SymbolicTensor) => apply(maxPooling2d({ name, poolSize: 2 }), to);
  const full = (number: number, to: tf.SymbolicTensor) =>
    apply(
      dense({ name: `fc_${number}`, units: 64, kernelInitializer: kernelInitializer() }),
      apply(flatten({ name: `flatten_${number}` }), to),
    );

  const input = tf.input({
    shape: [DEMO_SHAPE.height, DEMO_SHAPE.width, DEMO_SHAPE.channels],
    name: 'input',
  });
  const first = pool('pool_1', conv('conv_1', 8, 3, input));
  const second = pool('pool_2', conv('conv_2', 20, 3, first));
  const third = pool('pool_3', conv('conv_3', 32, 3, second));
  const fourth = conv('conv_4', 40, 2, third);
  const sum = apply(add({ name: 'add_1' }), [full(1, third), full(2, fourth)]);
  const latent = apply(activation({ name: 'activation_1', activation: 'relu' }), sum);
  const head = dense({
    name: 'output',
    units: classes,
    activation: 'softmax',
    kernelInitializer: kernelInitializer(),
  });
  return tf.model({ inputs: input, outputs: apply(head, latent), name: 'drawn_faces' });
}
