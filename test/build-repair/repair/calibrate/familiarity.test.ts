import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { leavesOut, rateOf } from '../../../../build-repair/evaluate/interval';
import { calibrateFamiliarity } from '../../../../build-repair/repair/calibrate/familiarity';
import type { FoldPlan } from '../../../../build-repair/repair/choose/folds';
import { observe } from '../../../../build-repair/repair/observe/observe';
import { familiarityOf, strangeness } from '../../../../models/detector/familiarity';
import { readNets } from '../../../../models/detector/readings';
import { startEngine } from '../../../../models/engine';
import { featureNet } from '../../../../models/nets/features';
import { copyNet } from '../../../../models/nets/graph';
import { Random } from '../../../../models/random';
import { branchedNet } from '../../../small-nets';
import { classes, contextOf, range, shape, size, stripes } from '../striped-images';

const count = 1800;
const { pixels, labels } = stripes(count, 1);
const context = contextOf({ pixels, labels });
const split: FoldPlan = {
  scheme: 'split',
  folds: [{ fit: range(0, 700), calibrate: range(700, count) }],
  groups: count,
};
let bad: ReturnType<typeof featureNet>;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  bad = featureNet(copyNet(branchedNet(classes)), 'bad');
});

const summaries = async () => (await observe(context, bad, { stage: '', summaries: true })).summaries!;

/** What is served says of some pictures. */
async function served(rule: ReturnType<typeof calibrateFamiliarity>['rule'], images: Float32Array) {
  const nets = {
    shape,
    pixels: context.pixels,
    classes,
    bad: bad.net,
    repaired: undefined,
  };
  const strange: number[] = [];
  for (let start = 0; start < images.length; start += 64 * size) {
    const batch = images.subarray(start, start + 64 * size);
    const n = batch.length / size;
    const { distances } = await readNets(nets, new Map(), batch, n, rule.surroundings);
    strange.push(...strangeness(distances!, rule.scales, n));
  }
  return strange;
}

test('serving measures the calibration images as calibrating did', async () => {
  const { rule, notes } = calibrateFamiliarity(context, await summaries(), split, true);
  expect(notes).toEqual([]);
  expect(rule.scales.map(({ kind }) => kind)).toEqual(['latent', 'trunk', 'look']);
  const again = await served(rule, pixels.subarray(700 * size));
  expect(rule.calibration).toHaveLength(count - 700);
  again
    .sort((a, b) => a - b)
    .forEach((each, i) => {
      expect(Math.abs(each - rule.calibration[i]!)).toBeLessThan(0.01);
    });
});

test('new images of the kind are familiar, noise and plain pictures are not', async () => {
  const { rule } = calibrateFamiliarity(context, await summaries(), split, true);
  const called = async (images: Float32Array) =>
    (await served(rule, images)).filter((each) => familiarityOf(each, rule.calibration).unfamiliar).length;
  expect(leavesOut(rateOf(await called(stripes(500, 2).pixels), 500), 0.01)).not.toBe('above');
  const random = new Random(3);
  const noise = Float32Array.from({ length: 50 * size }, () => random.uniform(0, 255));
  expect(await called(noise)).toBe(50);
  for (const grey of [0, 128, 255]) expect(await called(new Float32Array(size).fill(grey))).toBe(1);
});

test('cross-fitted, each image is measured by what was fitted without it; too few are told', async () => {
  const of = await summaries();
  const fold = (part: number) => ({
    fit: range(0, 80).filter((image) => image % 4 !== part),
    calibrate: range(0, 80).filter((image) => image % 4 === part),
  });
  const few = { ...context, images: { ...context.images, count: 80, labels: labels.subarray(0, 80) } };
  const plan: FoldPlan = { scheme: 'cross-fit', folds: [0, 1, 2, 3].map(fold), groups: 80 };
  const { rule, notes } = calibrateFamiliarity(few, of, plan, true);
  expect(rule.calibration).toHaveLength(80);
  expect(notes).toEqual([expect.stringMatching(/^80 calibration images are too few/)]);
  const [strange] = await served(rule, new Float32Array(size));
  expect(familiarityOf(strange!, rule.calibration).unfamiliar).toBe(false);
});

test('calibrating familiarity leaves no tensors', async () => {
  const before = tf.memory().numTensors;
  const { rule } = calibrateFamiliarity(context, await summaries(), split, true);
  await served(rule, pixels.subarray(0, 3 * size));
  expect(tf.memory().numTensors).toBe(before);
});
