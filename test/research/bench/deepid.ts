import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

/** The contest's DeepID net with fresh weights: 55 × 47 × 3 in, the logits of `classes` out. */
export function deepId(classes: number): layers.LayersModel {
  const input = layers.input({ shape: [55, 47, 3] });
  const conv = (filters: number, kernelSize: number, x: layers.SymbolicTensor) =>
    layers.layers.conv2d({ filters, kernelSize, activation: 'relu' }).apply(x) as layers.SymbolicTensor;
  const pool = (x: layers.SymbolicTensor) =>
    layers.layers.maxPooling2d({ poolSize: 2 }).apply(x) as layers.SymbolicTensor;
  const dense = (units: number, x: layers.SymbolicTensor) =>
    layers.layers.dense({ units }).apply(layers.layers.flatten().apply(x)) as layers.SymbolicTensor;
  const pool3 = pool(conv(60, 3, pool(conv(40, 3, pool(conv(20, 4, input))))));
  const sum = layers.layers.add().apply([dense(160, pool3), dense(160, conv(80, 2, pool3))]);
  const features = layers.layers.reLU().apply(sum) as layers.SymbolicTensor;
  const logits = layers.layers.dense({ units: classes }).apply(features) as layers.SymbolicTensor;
  return layers.model({ inputs: input, outputs: logits });
}

/** One step of training: forward, softmax cross-entropy, backward, the optimizer. */
export function trainingStep(
  net: layers.LayersModel,
  optimizer: tf.Optimizer,
  images: tf.Tensor4D,
  labels: tf.Tensor1D,
): void {
  const classes = net.outputs[0]?.shape[1] as number;
  const variables = net.trainableWeights.map((weight) => weight.read() as tf.Variable);
  tf.tidy(() => {
    const wanted = tf.oneHot(labels, classes);
    optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(wanted, net.apply(images, { training: true }) as tf.Tensor2D),
      false,
      variables,
    );
  });
}
