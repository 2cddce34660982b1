import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { toProbabilities } from '../../../models/keras/probabilities';
import { kerasH5 } from '../../../models/keras/write/h5';
import { Slice } from '../../../models/nets/slice';
import { chainNet } from '../../small-nets';
import { smallNets } from './exported';
import { answers, largestDifference, testImages } from './nets';
import { temporaryFolder } from './write-net';

const folder = temporaryFolder();

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

describe.each(smallNets)('$name', ({ make }) => {
  it('is written with a softmax, and read back with the same logits', async () => {
    const net = await make();
    const before = tf.memory().numTensors;
    const written = toProbabilities(net);
    const path = join(folder, 'net.h5');
    rmSync(path, { force: true });
    writeFileSync(path, await kerasH5(written));
    const read = await loadNet(path);
    expect(read).toMatchObject({ format: 'keras-h5', kerasVersion: '2.15.0', output: 'softmax' });
    const logits = toLogits(read.model);
    const images = tf.randomUniform([4, ...(net.inputs[0]!.shape.slice(1) as number[])], 0, 1, 'float32', 3);
    expect(largestDifference(answers(logits, images), answers(net, images))).toBeLessThan(1e-5);
    for (const each of [images, logits, read.model, written]) each.dispose();
    expect(tf.memory().numTensors).toBe(before);
    net.dispose();
  });
});

it('a sequential model is written as it is, too, with its input', async () => {
  const net = chainNet();
  const path = join(folder, 'sequential.h5');
  writeFileSync(path, await kerasH5(net));
  const read = await loadNet(path);
  expect(read).toMatchObject({ inputShape: { height: 12, width: 10, channels: 3 }, output: 'logits' });
  const images = testImages(read.inputShape);
  expect(largestDifference(answers(read.model, images), answers(net, images))).toBeLessThan(1e-6);
  for (const each of [images, read.model, net]) each.dispose();
});

it('adds no softmax to a net that has one, and gives the one that it adds a name of its own', () => {
  const layers = (last: tfl.layers.Layer) =>
    tfl.sequential({ layers: [tfl.layers.flatten({ inputShape: [2, 2, 1] }), last] });
  const ended = layers(tfl.layers.dense({ units: 2, activation: 'softmax', name: 'end' }));
  const open = layers(tfl.layers.dense({ units: 2, name: 'softmax' }));
  const made = [ended, open].map(toProbabilities);
  expect(made.map((net) => net.layers.at(-1)!.name)).toEqual(['end', 'softmax_1']);
  for (const net of [ended, open, ...made]) net.dispose();
});

describe('what is not written', () => {
  const image = () => tfl.input({ shape: [6, 6, 3] });
  const ending = (from: tfl.SymbolicTensor, to: tfl.SymbolicTensor) =>
    tfl.model({
      inputs: from,
      outputs: tfl.layers.flatten().apply(to) as tfl.SymbolicTensor,
    });
  const through = (layer: tfl.layers.Layer) => {
    const input = image();
    return ending(input, layer.apply(input) as tfl.SymbolicTensor);
  };

  it.each([
    [
      'a layer that no net here has',
      () => through(tfl.layers.thresholdedReLU({ name: 'odd' })),
      /"odd" is a ThresholdedReLU/,
    ],
    [
      'channels first',
      () =>
        through(tfl.layers.conv2d({ filters: 1, kernelSize: 2, dataFormat: 'channelsFirst', name: 'odd' })),
      /"odd" is a Conv2D with channels first/,
    ],
    [
      'bilinear enlarging',
      () => through(tfl.layers.upSampling2d({ interpolation: 'bilinear', name: 'odd' })),
      /"odd" is a UpSampling2D that enlarges by bilinear/,
    ],
    [
      'a part of tokens',
      () => through(new Slice({ axis: 1, begin: 0, size: 2, name: 'odd' })),
      /"odd" is a GoodNetSlice which Keras has no layer for/,
    ],
    [
      'a model in the model',
      () => through(tfl.sequential({ layers: [tfl.layers.reLU({ inputShape: [6, 6, 3] })], name: 'odd' })),
      /"odd" is a Sequential/,
    ],
  ])('%s is refused by name', async (_, make, message) => {
    const net = make();
    await expect(kerasH5(net)).rejects.toThrow(message);
    net.dispose();
  });
});
