import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { Augmenter } from '../../../../build-repair/images/augment';
import { canMirror } from '../../../../build-repair/repair/unlearn/mirrors';
import { startEngine } from '../../../../models/engine';
import { contextOf, range, shape, size } from '../striped-images';

beforeAll(async () => {
  await startEngine();
});

/** Class 0 where the left half is the lighter, else class 1; or, of both halves, where the picture is light. */
function netOf(weightOfColumn: (x: number) => number): tfl.LayersModel {
  const input = tfl.input({ shape: [shape.height, shape.width, shape.channels] });
  const flat = tfl.layers.flatten().apply(input);
  const dense = tfl.layers.dense({ units: 2 });
  const model = tfl.model({ inputs: input, outputs: dense.apply(flat) as tfl.SymbolicTensor });
  const kernel = Float32Array.from({ length: size * 2 }, (_, at) => {
    const x = Math.floor(Math.floor(at / 2) / shape.channels) % shape.width;
    return (at % 2 === 0 ? 1 : -1) * weightOfColumn(x);
  });
  tf.tidy(() => dense.setWeights([tf.tensor2d(kernel, [size, 2]), tf.tensor1d([0, 0])]));
  return model;
}

/** 40 pictures, light on the left (class 0) or on the right (class 1). */
const halves = (() => {
  const labels = Int32Array.from({ length: 40 }, (_, i) => i % 2);
  const pixels = Float32Array.from({ length: 40 * size }, (_, at) => {
    const isLeft = Math.floor((at % size) / shape.channels) % shape.width < shape.width / 2;
    return isLeft === (labels[Math.floor(at / size)] === 0) ? 200 : 40;
  });
  return contextOf({ pixels, labels });
})();

test('mirror images are taken where the net names them as well, and not where they are others', async () => {
  const before = tf.memory().numTensors;
  const sided = netOf((x) => (x < shape.width / 2 ? 1 : -1));
  expect(await canMirror(halves, sided, range(0, 40))).toBe(false);
  // It names one class whatever it sees: no less of mirror images.
  const either = netOf(() => 1);
  expect(await canMirror(halves, either, range(0, 40))).toBe(true);
  sided.dispose();
  either.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('half of the images are mirrored, where asked for; else none', () => {
  const image = halves.images.gather([0]);
  const leftIsLight = (varied: Float32Array) => varied[3]! > varied[(shape.width - 4) * shape.channels]!;
  const count = (mirrored: boolean) => {
    const augmenter = new Augmenter(shape, 1, 'test', { shift: 0.06, noise: 0, mirrored });
    return Array.from({ length: 200 }, () => leftIsLight(augmenter.vary(image))).filter(Boolean).length;
  };
  expect(count(false)).toBe(200);
  expect(Math.abs(count(true) - 100)).toBeLessThan(25);
});
