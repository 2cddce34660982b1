import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logitsGraph } from '../../../models/detector/onnx/graph';
import { startEngine } from '../../../models/engine';
import { findOnnxRuntime, type OnnxRuntime } from '../../../models/engine/onnx';
import { loadNet } from '../../../models/keras';
import { loadNet as readNet } from '../../../models/net-files';
import { callsInOrder, copyNet } from '../../../models/nets/graph';
import { Pad } from '../../../models/nets/pad';
import { PlaceScale } from '../../../models/nets/place-scale';
import { writers } from '../../../models/onnx/net';
import { UnwrittenLayer } from '../../../models/onnx/write/writer';
import { answered, answers, fixture, freed, largestDifference, optionsOf, testImages } from '../keras/nets';
import { onnxAnswers, onnxFixture } from './read/exported';

const there = findOnnxRuntime() !== undefined;
if (!there) console.log('Skipped on ONNX Runtime: npm run setup:native has not been run.');
const folders = ['keras1', 'keras2', 'keras3', 'common2', 'common3'];
let onnx: OnnxRuntime;
/** Classes of layers that have been run. */
const seen = new Set<string>();

beforeAll(async () => {
  process.env.GOODNET_ENGINE = there ? 'onnx' : 'wasm';
  onnx = (await startEngine({ tensorflow: 'wasm' })).onnx!;
});

/** Of what the answers are at most, how far those of ONNX Runtime are from them. */
async function apart(flat: tfl.LayersModel, images: tf.Tensor): Promise<number> {
  for (const { layer } of callsInOrder(flat.outputs)) seen.add(layer.getClassName());
  const wanted = answers(flat, images);
  const session = await onnx.open(logitsGraph(flat));
  const { logits } = await session.run({
    rows: { values: (await images.data()) as Float32Array, shape: images.shape },
  });
  session.release();
  return (
    largestDifference(logits!, wanted) / wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  );
}

const noise = (shape: number[]) => tf.randomUniform([3, ...shape], -1, 1, 'float32', 7);
const { layers } = tfl;
/** What no file of Keras comes to: layers of B′, of earlier bundles, and options. */
const generated: [what: string, shape: number[], layers: () => tfl.layers.Layer[]][] = [
  [
    'the highest of each class',
    [6],
    () => [
      layers.reshape({ targetShape: [3, 2] }),
      layers.globalMaxPooling1d({}),
      layers.thresholdedReLU({ theta: 0.2 }),
    ],
  ],
  ['repeated', [5], () => [layers.repeatVector({ n: 3 })]],
  ['means of a sequence', [4, 3], () => [layers.globalAveragePooling1d({}), layers.softmax({})]],
  [
    'separable, strided',
    [7, 9, 2],
    () => [
      layers.separableConv2d({
        filters: 5,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        depthMultiplier: 2,
        activation: 'relu',
      }),
    ],
  ],
  [
    'a stride larger than the window',
    [11, 10, 3],
    () => [
      layers.conv2d({ filters: 2, kernelSize: 2, strides: 3, padding: 'same' }),
      layers.maxPooling2d({ poolSize: 1, strides: 2 }),
    ],
  ],
  [
    'around a value, and means of what is within',
    [4, 5, 3],
    () => [
      new Pad({
        padding: [
          [1, 0],
          [2, 1],
        ],
        value: -2,
      }),
      new PlaceScale({ rows: [1, 2, 0.5, 1, 3], columns: [1, 1.5, 1, 2, 1, 1, 1, 0.25] }),
    ],
  ],
  ['zeros around what is below zero', [4, 4, 3], () => [layers.zeroPadding2d({}), layers.maxPooling2d({})]],
  [
    'as much around as a window is wide',
    [4, 4, 3],
    () => [
      layers.zeroPadding2d({
        padding: [
          [2, 2],
          [2, 2],
        ],
      }),
      layers.averagePooling2d({}),
    ],
  ],
  [
    'softmax of channels',
    [3, 2, 4],
    () => [layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softmax' }), layers.softmax({ axis: -1 })],
  ],
];

describe.skipIf(!there)('what nets answer on ONNX Runtime', () => {
  it.each(answered(...folders))('$file', async ({ file }) => {
    const net = await loadNet(fixture(file), optionsOf(file));
    const images = testImages(net.inputShape, 3);
    const flat = copyNet(net.model);
    expect(await apart(flat, images)).toBeLessThan(1e-4);
    freed(flat);
    images.dispose();
  });

  it.each(Object.keys(onnxAnswers()))('%s', async (name) => {
    const net = await readNet(onnxFixture(name));
    const images = testImages(net.inputShape, 3);
    const flat = copyNet(net.model);
    expect(await apart(flat, images)).toBeLessThan(1e-4);
    freed(flat);
    net.model.dispose();
    images.dispose();
  });

  it.each(generated)('%s', async (_, shape, make) => {
    const [first, ...others] = make();
    const input = tfl.input({ shape });
    const output = others.reduce(
      (tensor, layer) => layer.apply(tensor) as tfl.SymbolicTensor,
      first!.apply(input) as tfl.SymbolicTensor,
    );
    const net = tfl.model({ inputs: input, outputs: output });
    expect(await apart(net, noise(shape))).toBeLessThan(1e-5);
  });

  afterAll(() => {
    expect(onnx.loaded).toBe(0);
    // All that is written has been run.
    expect([...writers.keys()].filter((each) => !seen.has(each))).toEqual([]);
  });
});

it('a layer that can not be written as ONNX is named', () => {
  const input = tfl.input({ shape: [4] });
  const output = layers.gaussianNoise({ stddev: 1, name: 'noise' }).apply(input) as tfl.SymbolicTensor;
  const net = tfl.model({ inputs: input, outputs: output });
  expect(() => logitsGraph(net)).toThrow(new UnwrittenLayer('the layer "noise" is a GaussianNoise'));
});
