import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { PlainFunction } from '../../../models/nets/plain-function';
import { Reduce } from '../../../models/nets/reduce';
import { trainingStep } from '../../research/bench/deepid';
import { everyLayer } from './every-layer';
import { random } from './same-on-cpu';

const { layers: kinds } = layers;
let readbacks: string[] = [];

beforeAll(async () => {
  process.env.GOODNET_ENGINE = 'wasm';
  await startEngine();
  await enableTraining();
  const backend = tf.backend() as tf.KernelBackend;
  const own = backend.readSync.bind(backend);
  backend.readSync = (id) => {
    readbacks.push(new Error().stack?.split('\n').slice(2, 6).join(' <') ?? '');
    return own(id);
  };
});

/** A net for 8 × 8 × 3 images and 4 classes with the given layers on four features a place. */
function netOf(...steps: layers.layers.Layer[]): layers.LayersModel {
  const input = layers.input({ shape: [8, 8, 3] });
  const first = kinds.conv2d({ filters: 4, kernelSize: 3, padding: 'same' });
  const x = [first, ...steps].reduce((each, layer) => layer.apply(each) as layers.SymbolicTensor, input);
  const flat = x.shape.length === 2 ? x : (kinds.flatten().apply(x) as layers.SymbolicTensor);
  const output = kinds.dense({ units: 4 }).apply(flat) as layers.SymbolicTensor;
  return layers.model({ inputs: input, outputs: output });
}

const activations = [
  ...(['relu', 'relu6', 'elu', 'selu', 'sigmoid', 'hardSigmoid', 'softmax', 'logSoftmax'] as const),
  ...(['softplus', 'softsign', 'tanh', 'swish', 'gelu', 'mish'] as const),
];

const nets: [string, () => layers.LayersModel][] = [
  ['every layer', everyLayer],
  ...activations.map((activation): [string, () => layers.LayersModel] => [
    activation,
    () => netOf(kinds.activation({ activation: activation as 'relu' })),
  ]),
  ['layer normalisation', () => netOf(kinds.layerNormalization())],
  [
    'cropping, enlarging',
    () => netOf(kinds.cropping2D({ cropping: 1 }), kinds.upSampling2d({ size: [2, 2] })),
  ],
  ['exchanged axes', () => netOf(kinds.permute({ dims: [3, 1, 2] }), kinds.reLU({ maxValue: 6 }))],
  ...(
    [
      ['abs'],
      ['clip', -0.2, 0.5],
      ['clip', -0.1, null],
      ['exp'],
      ['gelu'],
      ['power', 2],
      ['power', 3],
    ] as const
  ).map(([name, ...numbers]): [string, () => layers.LayersModel] => [
    `${name} ${numbers}`,
    () => netOf(new PlainFunction({ function: name, numbers })),
  ]),
  ...([0.5, -0.5, -1] as const).map((exponent): [string, () => layers.LayersModel] => [
    `power ${exponent}, log`,
    () =>
      netOf(
        kinds.activation({ activation: 'softplus' }),
        new PlainFunction({ function: 'power', numbers: [exponent] }),
        new PlainFunction({ function: 'log', numbers: [] }),
      ),
  ]),
  ...(['max', 'mean', 'min', 'sum'] as const).map((kind): [string, () => layers.LayersModel] => [
    `${kind} of channels`,
    () => netOf(new Reduce({ kind, axes: [3], keepDims: true })),
  ]),
  ['dropout', () => netOf(kinds.dropout({ rate: 0.3, seed: 1 }))],
];

test.each(nets)('no training step of %s reads a tensor back', (_, make) => {
  const net = make();
  const [, height, width] = net.inputs[0]!.shape as number[];
  const images = random([5, height!, width!, 3], 1) as tf.Tensor4D;
  const labels = tf.tensor1d([0, 3, 1, 2, 1], 'int32');
  const optimizer = tf.train.adam(0.01);
  trainingStep(net, optimizer, images, labels);
  readbacks = [];
  trainingStep(net, optimizer, images, labels);
  expect(readbacks).toEqual([]);
  tf.dispose([images, labels]);
  optimizer.dispose();
  net.dispose();
});
