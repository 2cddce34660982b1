import * as tf from '@tensorflow/tfjs-layers';

/** A chain: two convolutions with batch normalisation, dropout, softmax out. 12 × 10 × 3 in, `classes` out. */
export function chainNet(classes = 5): tf.LayersModel {
  const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [12, 10, 3],
        filters: 6,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: seeded(1),
        name: 'conv_1',
      }),
      tf.layers.batchNormalization({ name: 'norm_1' }),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'pool_1' }),
      tf.layers.conv2d({
        filters: 8,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: seeded(2),
        name: 'conv_2',
      }),
      tf.layers.dropout({ rate: 0.5, name: 'drop' }),
      tf.layers.flatten({ name: 'flat' }),
      tf.layers.dense({ units: 16, activation: 'relu', kernelInitializer: seeded(3), name: 'dense' }),
      tf.layers.dense({ units: classes, kernelInitializer: seeded(4), name: 'output' }),
    ],
  });
}

/** Two branches that meet before the head, as the contest's DeepID net has them. 20 × 16 × 3 in. */
export function branchedNet(classes = 5): tf.LayersModel {
  const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
  const conv = (filters: number, kernelSize: number, seed: number, name: string) =>
    tf.layers.conv2d({ filters, kernelSize, activation: 'relu', kernelInitializer: seeded(seed), name });
  const input = tf.input({ shape: [20, 16, 3], name: 'image' });
  const apply = (layer: tf.layers.Layer, to: tf.SymbolicTensor) => layer.apply(to) as tf.SymbolicTensor;
  const first = apply(
    tf.layers.maxPooling2d({ poolSize: 2, name: 'pool_1' }),
    apply(conv(8, 3, 1, 'conv_1'), input),
  );
  const third = apply(
    tf.layers.maxPooling2d({ poolSize: 2, name: 'pool_3' }),
    apply(conv(10, 2, 2, 'conv_3'), first),
  );
  const fourth = apply(conv(12, 2, 3, 'conv_4'), third);
  const dense = (from: tf.SymbolicTensor, seed: number, name: string) =>
    apply(
      tf.layers.dense({ units: 14, kernelInitializer: seeded(seed), name }),
      apply(tf.layers.flatten({ name: `${name}_flat` }), from),
    );
  const added = tf.layers
    .add({ name: 'add' })
    .apply([dense(third, 4, 'fc_1'), dense(fourth, 5, 'fc_2')]) as tf.SymbolicTensor;
  const latent = apply(tf.layers.activation({ activation: 'relu', name: 'relu' }), added);
  const output = apply(
    tf.layers.dense({ units: classes, kernelInitializer: seeded(6), name: 'output' }),
    latent,
  );
  return tf.model({ inputs: input, outputs: output, name: 'branched' });
}
