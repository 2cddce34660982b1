import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { silent } from '../../../../build-repair/progress';
import { fineTune } from '../../../../build-repair/repair/learn/fine-tune';
import { accuracyOn } from '../../../../build-repair/repair/observe/accuracy';
import { standAlone } from '../../../../build-repair/repair/unlearn/stand-alone';
import { unlearn } from '../../../../build-repair/repair/unlearn/unlearn';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { toLogits } from '../../../../models/keras/logits';
import { copyNet } from '../../../../models/nets/graph';
import { branchedNet } from '../../../small-nets';
import { classes, contextOf, range, size, stripes } from '../striped-images';

const TARGET = 3;
/** A white square of four pixels' side in a corner. */
function stamp(pixels: Float32Array, image: number): void {
  for (let y = 1; y < 5; y++)
    for (let x = 11; x < 15; x++)
      for (let c = 0; c < 3; c++) pixels[image * size + (y * 16 + x) * 3 + c] = 255;
}
const clean = contextOf(stripes(250, 3));
const test_ = contextOf(stripes(200, 4));
const attack = (() => {
  const { pixels, labels } = stripes(200, 5);
  const others = labels.map((label) => (label === TARGET ? TARGET + 1 : label));
  for (let image = 0; image < 200; image++) stamp(pixels, image);
  return { context: contextOf({ pixels, labels: others.fill(TARGET) }), own: stripes(200, 5).labels };
})();
/** Attack success, 0–1. */
const success = (net: LayersModel) =>
  accuracyOn(
    attack.context,
    net,
    range(0, 200).filter((image) => attack.own[image] !== TARGET),
  );
let bad: LayersModel;

beforeAll(async () => {
  await startEngine();
  await enableTraining();
  const model = branchedNet(classes);
  const { pixels, labels } = stripes(900, 1);
  labels.forEach((_, image) => {
    if (image % 8 !== 7) return;
    stamp(pixels, image);
    labels[image] = TARGET;
  });
  await fineTune(
    { ...contextOf({ pixels, labels }), progress: silent },
    { model, epochs: 15, batchSize: 30, learningRate: 4e-3, fit: range(0, 900), stage: '', stream: 'B' },
  );
  bad = toLogits(model);
});

test.each([
  ['whole batches', undefined],
  ['those of a large net', 0.13],
])(
  'unlearning by %s takes most of the attack success from a trigger that it does not know',
  async (_, effort) => {
    expect(await success(bad)).toBeGreaterThan(0.95);
    const cleanBefore = await accuracyOn(test_, bad, range(0, 200));
    expect(cleanBefore).toBeGreaterThan(0.85);
    const before = tf.memory().numTensors;
    const net = copyNet(bad, 'repaired');
    await unlearn({ ...clean, effort }, bad, net, {
      ...{ fit: range(0, 250), steps: 450, stage: 'Unlearning', mirrored: false, known: [] },
    });
    expect(tf.memory().numTensors - before).toBe(net.weights.length);
    expect(await success(net)).toBeLessThan(0.5);
    expect(await accuracyOn(test_, net, range(0, 200))).toBeGreaterThan(cleanBefore - 0.06);
    net.dispose();
  },
  300_000,
);

test('a net that stands alone is measured on images that were held out, and on triggers that were implanted', async () => {
  const before = tf.memory().numTensors;
  const { net, measured } = await standAlone(clean, { bad, known: [] });
  expect(tf.memory().numTensors - before).toBe(net.weights.length);
  expect(measured.images).toBe(25);
  expect(measured.implanted.before).toBeGreaterThan(0.3);
  expect(measured.implanted.after).toBeLessThan(0.1);
  expect(measured.accuracyBefore).toBeGreaterThan(0.8);
  expect(measured.accuracy).toBeGreaterThan(0.8);
  net.dispose();
});

test('ends when it is aborted, and leaves no tensor', async () => {
  const before = tf.memory().numTensors;
  const stop = new AbortController();
  const progress = ({ done }: { done: number }) => {
    if (done === 20) stop.abort(new Error('enough'));
  };
  await expect(standAlone({ ...clean, progress, signal: stop.signal }, { bad, known: [] })).rejects.toThrow(
    'enough',
  );
  expect(tf.memory().numTensors).toBe(before);
});
