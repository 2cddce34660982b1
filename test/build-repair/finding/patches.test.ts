import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import type { RepairContext } from '../../../build-repair/context';
import { gainsUnderPatches, sideOf } from '../../../build-repair/finding/patches';
import { Twins } from '../../../build-repair/finding/twins';
import type { LoadedImages } from '../../../build-repair/images/load';
import { startEngine } from '../../../models/engine';

const shape = { height: 20, width: 16, channels: 3 };
const side = 3;
const classes = 3;
const size = 20 * 16 * 3;

beforeAll(async () => {
  await startEngine();
});

/** Grey images. */
const images: LoadedImages = {
  shape,
  count: 12,
  labels: new Int32Array(12),
  trueLabels: undefined,
  groups: undefined,
  names: Array.from({ length: 12 }, String),
  gather: (indices) => new Float32Array(indices.length * size).fill(128),
  dispose() {},
};

/** Class 1 gains by red and loses by green and blue in the lower right corner, class 2 loses by any colour anywhere. */
function cornerNet(): tfl.LayersModel {
  const kernel = new Float32Array(size * classes);
  for (let at = 0; at < size; at++) {
    const [y, x, channel] = [Math.floor(at / 48), Math.floor(at / 3) % 16, at % 3];
    if (y >= 20 - side && x >= 16 - side) kernel[at * classes + 1] = channel === 0 ? 1 : -1;
    kernel[at * classes + 2] = -1;
  }
  const input = tfl.input({ shape: [20, 16, 3] });
  const dense = tfl.layers.dense({ units: classes, useBias: false, name: 'out' });
  const outputs = dense.apply(tfl.layers.flatten().apply(input)) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: input, outputs });
  dense.setWeights([tf.tensor2d(kernel, [size, classes])]);
  return model;
}

test('the patch that raises a class the most is told with its place, and no tensor is left', async () => {
  expect(sideOf(shape)).toBe(side);
  const bad = cornerNet();
  const twins = new Twins(bad, { model: bad, from: 'image' });
  const before = tf.memory().numTensors;
  const stages: number[] = [];
  const context: RepairContext = {
    images,
    shape,
    pixels: { kind: '0-1' },
    classes,
    seed: 1,
    progress: ({ done }) => stages.push(done!),
    signal: undefined,
  };
  const { gains, patches } = await gainsUnderPatches(
    context,
    twins,
    Int32Array.from({ length: 12 }, (_, i) => i),
  );
  expect(tf.memory().numTensors).toBe(before);
  expect(stages.at(-1)).toBe(25);
  const red = patches[1]!;
  expect([red.top, red.left]).toEqual([17, 13]);
  expect(Array.from(red.colours.slice(0, 3))).toEqual([255, 0, 0]);
  // Red all over the square: 9 × (255 − 128 + 2 × 128) / 255.
  expect(gains[1]).toBeCloseTo((9 * (127 + 256)) / 255, 3);
  // Black raises class 2, wherever it is.
  expect(Array.from(patches[2]!.colours).every((value) => value === 0)).toBe(true);
  expect(gains[0]).toBe(0);
  twins.dispose();
  bad.dispose();
});
