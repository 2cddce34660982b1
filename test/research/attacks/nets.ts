import * as tf from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../../models/images/set';

/** What a net of one's own is to be. */
export interface NetSize {
  readonly shape: ImageShape;
  readonly classes: number;
  readonly seed: number;
}

/** The head of a net of VGG's kind may be another. */
export interface VggSize extends NetSize {
  /** Of the hidden dense layer. By default 128. */
  readonly units?: number;
  /** Share of values that are dropped before it and behind it, 0–1. By default 0.4. */
  readonly dropout?: number;
}

/**
 * A small net of VGG's kind, untrained: five convolutions with batch normalisation, dropout before the head.
 * Pixels scaled to 0–1 in, softmax out.
 */
export function vggNet({ shape, classes, seed, units = 128, dropout = 0.4 }: VggSize): tf.LayersModel {
  const initializer = heNormal(seed);
  const net = tf.sequential({ name: 'vgg' });
  const block = (number: number, filters: number) => {
    for (const part of number === 1 ? ['a'] : ['a', 'b']) {
      const first = number === 1;
      net.add(
        tf.layers.conv2d({
          ...(first && { inputShape: [shape.height, shape.width, shape.channels] }),
          filters,
          kernelSize: 3,
          padding: 'same',
          useBias: false,
          kernelInitializer: initializer(),
          name: `conv_${number}${part}`,
        }),
      );
      net.add(tf.layers.batchNormalization({ momentum: 0.95, name: `norm_${number}${part}` }));
      net.add(tf.layers.activation({ activation: 'relu', name: `relu_${number}${part}` }));
    }
    net.add(tf.layers.maxPooling2d({ poolSize: 2, name: `pool_${number}` }));
  };
  [16, 32, 64].forEach((filters, i) => {
    block(i + 1, filters);
  });
  net.add(tf.layers.flatten({ name: 'flatten' }));
  net.add(tf.layers.dropout({ rate: dropout, seed, name: 'dropout_1' }));
  net.add(tf.layers.dense({ units, activation: 'relu', kernelInitializer: initializer(), name: 'fc_1' }));
  net.add(tf.layers.dropout({ rate: dropout, seed: seed + 1, name: 'dropout_2' }));
  net.add(head(classes, initializer));
  return net;
}

/** A plain net of LeNet's kind, untrained: three convolutions, valid, two dense layers. Softmax out. */
export function plainNet({ shape, classes, seed }: NetSize): tf.LayersModel {
  const initializer = heNormal(seed);
  const input = tf.input({ shape: [shape.height, shape.width, shape.channels], name: 'input' });
  let last = input;
  for (const [i, [filters, kernelSize]] of (
    [
      [24, 5],
      [48, 3],
      [64, 3],
    ] as const
  ).entries()) {
    const conv = tf.layers.conv2d({
      filters,
      kernelSize,
      activation: 'relu',
      kernelInitializer: initializer(),
      name: `conv_${i + 1}`,
    });
    const pool = tf.layers.maxPooling2d({ poolSize: 2, name: `pool_${i + 1}` });
    last = pool.apply(conv.apply(last)) as tf.SymbolicTensor;
  }
  const flat = tf.layers.flatten({ name: 'flatten' }).apply(last);
  const dense = tf.layers.dense({
    units: 160,
    activation: 'relu',
    kernelInitializer: initializer(),
    name: 'fc_1',
  });
  const outputs = head(classes, initializer).apply(dense.apply(flat)) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs, name: 'plain' });
}

/**
 * A small net of ResNet's kind (He et al., 2016), untrained: three stages of one residual block each, batch normalisation, the
 * mean over all places before the head. Softmax out.
 */
export function residualNet({ shape, classes, seed }: NetSize): tf.LayersModel {
  const initializer = heNormal(seed);
  const input = tf.input({ shape: [shape.height, shape.width, shape.channels], name: 'input' });
  const convolved = (
    x: tf.SymbolicTensor,
    name: string,
    filters: number,
    { kernelSize = 3, strides = 1 } = {},
  ) => {
    const kernelInitializer = initializer();
    const options = { filters, kernelSize, strides, useBias: false, kernelInitializer };
    const conv = tf.layers.conv2d({ ...options, padding: 'same', name: `conv_${name}` });
    const norm = tf.layers.batchNormalization({ momentum: 0.95, name: `norm_${name}` });
    return norm.apply(conv.apply(x)) as tf.SymbolicTensor;
  };
  const relu = (x: tf.SymbolicTensor, name: string) =>
    tf.layers.activation({ activation: 'relu', name: `relu_${name}` }).apply(x) as tf.SymbolicTensor;
  let last = relu(convolved(input, 'stem', 16), 'stem');
  for (const [i, filters] of [16, 32, 64].entries()) {
    const strides = i === 0 ? 1 : 2;
    const within = relu(convolved(last, `${i + 1}a`, filters, { strides }), `${i + 1}a`);
    const beside = i === 0 ? last : convolved(last, `${i + 1}s`, filters, { kernelSize: 1, strides });
    const sum = tf.layers.add({ name: `add_${i + 1}` });
    last = relu(
      sum.apply([convolved(within, `${i + 1}b`, filters), beside]) as tf.SymbolicTensor,
      `${i + 1}b`,
    );
  }
  const mean = tf.layers.globalAveragePooling2d({ name: 'mean' }).apply(last);
  const outputs = head(classes, initializer).apply(mean) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs, name: 'residual' });
}

function head(classes: number, initializer: () => ReturnType<typeof tf.initializers.heNormal>) {
  return tf.layers.dense({
    units: classes,
    activation: 'softmax',
    kernelInitializer: initializer(),
    name: 'output',
  });
}

function heNormal(seed: number) {
  let drawn = seed * 100;
  return () => tf.initializers.heNormal({ seed: drawn++ });
}
