import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../../models/engine';
import { inspectNet, loadNet } from '../../../../models/net-files';
import { answers, freed, largestDifference, savedAndLoaded, testImages } from '../../keras/nets';
import { onnxAnswers, onnxFixture } from './exported';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

/** A single sigmoid's answer is that of class 1 of two. */
const asClasses = (answers: number[][]) =>
  answers.map((row) => (row.length === 1 ? [1 - row[0]!, row[0]!] : row));

describe.each(Object.entries(onnxAnswers()))('%s', (file, written) => {
  const expected = asClasses(written);

  it('answers as ONNX Runtime does, also as artifacts, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const net = await loadNet(onnxFixture(file));
    expect(net).toMatchObject({ format: 'onnx', classes: expected[0]!.length });
    const images = testImages(net.inputShape);
    expect(largestDifference(answers(net.model, images), expected.flat())).toBeLessThan(1e-4);
    const again = await savedAndLoaded(net.model);
    expect(largestDifference(answers(again, images), expected.flat())).toBeLessThan(1e-4);
    freed(again);
    images.dispose();
    net.model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('can be repaired', async () => {
    const { problems, classes, layers, parameters } = await inspectNet(onnxFixture(file));
    expect(problems).toEqual([]);
    expect(classes).toBe(expected[0]!.length);
    expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBeGreaterThan(0);
    expect(parameters).toBeGreaterThan(100);
  });
});
