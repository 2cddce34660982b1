import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import {
  answered,
  answers,
  fixture,
  freed,
  largestDifference,
  optionsOf,
  savedAndLoaded,
  testImages,
} from './nets';

const files = answered('keras1', 'keras2', 'keras3');

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

describe.each(files)('$file', ({ file, expected }) => {
  const options = optionsOf(file);

  it('answers as Keras does', async () => {
    const net = await loadNet(fixture(file), options);
    const images = testImages(net.inputShape);
    expect(largestDifference(answers(net.model, images), expected.flat())).toBeLessThan(1e-5);
    expect(net.classes).toBe(expected[0]!.length);
    expect(net.output).toBe(file.includes('shapes') ? 'logits' : 'softmax');
    net.model.dispose();
    images.dispose();
  });

  it('keeps its answers as logits, saved and loaded again, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const net = await loadNet(fixture(file), options);
    const images = testImages(net.inputShape);
    const wanted = answers(net.model, images);
    const logits = toLogits(net.model);
    net.model.dispose();
    const given = answers(logits, images);
    const probabilities = tf.tidy(() => tf.softmax(tf.tensor(given, [2, net.classes])).dataSync());
    expect(largestDifference(net.output === 'softmax' ? probabilities : given, wanted)).toBeLessThan(1e-6);
    const again = await savedAndLoaded(logits);
    expect(largestDifference(answers(again, images), given)).toBe(0);
    freed(again);
    logits.dispose();
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what the files say of themselves', () => {
  it.each([
    ['keras1/sequential.h5', 'keras-h5', '1.2.2'],
    ['keras2/nested_chunked.h5', 'keras-h5', '2.15.0'],
    ['keras2/convolutions.keras', 'keras-archive', '2.15.0'],
    ['keras3/nested.h5', 'keras-h5', '3.15.1'],
    ['keras3/nested.keras', 'keras-archive', '3.15.1'],
  ])('%s is %s of Keras %s', async (file, format, version) => {
    const net = await loadNet(fixture(file));
    expect([net.format, net.kerasVersion]).toEqual([format, version]);
    net.model.dispose();
  });

  it('logits of a nested, shared net are the net without its softmax', async () => {
    const net = await loadNet(fixture('keras3/nested.keras'));
    const logits = toLogits(net.model);
    const images = testImages(net.inputShape);
    const sums = tf.tidy(() => tf.sum(logits.predict(images) as tf.Tensor, -1).dataSync());
    expect(sums.some((sum) => Math.abs(sum - 1) > 0.1)).toBe(true);
    for (const each of [net.model, logits, images]) each.dispose();
  });
});
