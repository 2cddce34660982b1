import * as layers from '@tensorflow/tfjs-layers';

const { layers: kinds } = layers;

/** A net for 12 × 12 × 3 images and 4 classes with a layer of each kind that has something to train or to pass on. */
export function everyLayer(): layers.LayersModel {
  const seed = { kernelInitializer: layers.initializers.glorotUniform({ seed: 1 }) };
  const separable = {
    depthwiseInitializer: layers.initializers.glorotUniform({ seed: 2 }),
    pointwiseInitializer: layers.initializers.glorotUniform({ seed: 3 }),
  };
  const input = layers.input({ shape: [12, 12, 3] });
  const chain = (...steps: layers.layers.Layer[]) =>
    steps.reduce((x, layer) => layer.apply(x) as layers.SymbolicTensor, input);
  const left = chain(
    kinds.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu', ...seed }),
    kinds.batchNormalization(),
    kinds.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }),
    kinds.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'elu', ...separable }),
    // Not padded: cpu's gradient counts the pixels of the padding, wasm's and tfjs-node's do not.
    kinds.zeroPadding2d({
      padding: [
        [0, 1],
        [0, 1],
      ],
    }),
    kinds.averagePooling2d({ poolSize: 2, strides: 1 }),
  );
  const right = chain(
    kinds.zeroPadding2d({ padding: 1 }),
    kinds.depthwiseConv2d({ kernelSize: 3, strides: 2, ...separable }),
    kinds.leakyReLU(),
    kinds.conv2d({ filters: 6, kernelSize: 1, activation: 'sigmoid', ...seed }),
    kinds.prelu(),
    kinds.layerNormalization(),
  );
  const joined = [
    kinds.add().apply([left, right]),
    kinds.multiply().apply([left, right]),
    kinds.maximum().apply([left, right]),
  ] as layers.SymbolicTensor[];
  const merged = kinds.concatenate().apply(joined) as layers.SymbolicTensor;
  const wide = kinds
    .conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, activation: 'softplus', ...seed })
    .apply(merged) as layers.SymbolicTensor;
  const flat = [
    kinds.flatten().apply(kinds.maxPooling2d({ poolSize: 2 }).apply(wide)),
    kinds.globalAveragePooling2d({}).apply(wide),
    kinds.globalMaxPooling2d({}).apply(wide),
  ] as layers.SymbolicTensor[];
  const features = kinds.concatenate().apply(flat) as layers.SymbolicTensor;
  const hidden = kinds
    .dense({ units: 8, activation: 'tanh', ...seed })
    .apply(features) as layers.SymbolicTensor;
  const output = kinds.dense({ units: 4, ...seed }).apply(hidden) as layers.SymbolicTensor;
  return layers.model({ inputs: input, outputs: output });
}
