import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { type LoadedImages, loadImages } from '../../../../build-repair/images/load';
import { silent } from '../../../../build-repair/progress';
import { answersOn } from '../../../../build-repair/repair/observe/accuracy';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { toLogits } from '../../../../models/keras/logits';
import { copyNet } from '../../../../models/nets/graph';
import { chainNet } from '../../../small-nets';
import { finePruning } from '../../field/peers/fine-pruning';
import { finePruned } from './fine-pruned';
import { disagreeing } from './measure-net';
import { atAlpha } from './measure-peer';

const SHAPE = { height: 12, width: 10, channels: 3 } as const;
const SIZE = 12 * 10 * 3;
const CLASSES = 5;
const PIXELS = { kind: '0-1' } as const;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await enableTraining();
});

function images(): Promise<LoadedImages> {
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % CLASSES);
  const pixels = Uint8Array.from(
    { length: labels.length * SIZE },
    (_, i) => 40 * labels[Math.floor(i / SIZE)]! + ((i * 7) % 30),
  );
  return loadImages({
    name: 'drawn',
    shape: SHAPE,
    size: labels.length,
    labelled: true,
    classNames: undefined,
    skipped: [],
    async *batches() {
      const names = Array.from(labels, String);
      yield { pixels, labels, trueLabels: undefined, groups: undefined, names };
    },
    close: () => {},
  });
}

it('prunes and fine-tunes a copy; what it disagrees on with the net is flagged', async () => {
  const bad = toLogits(chainNet(CLASSES));
  const clean = await images();
  const weights = (net: typeof bad) => net.getWeights().map((each) => Array.from(each.dataSync()));
  const before = weights(bad);
  const tensors = tf.memory().numTensors;
  const context = { images: clean, shape: SHAPE, classes: CLASSES, pixels: PIXELS, seed: 1 };
  const repaired = await finePruned({ ...context, progress: silent, signal: undefined }, bad);
  expect(weights(bad)).toEqual(before);
  expect(weights(repaired)).not.toEqual(before);
  const nets = { shape: SHAPE, pixels: PIXELS, classes: CLASSES };
  const pixels = clean.gather(Int32Array.from({ length: 60 }, (_, i) => i));
  const verdicts = await disagreeing({ ...nets, bad, repaired }).classify(pixels, 60);
  expect(verdicts).toHaveLength(60);
  for (const { bad: one, repaired: other, backdoored, class: answer } of verdicts) {
    expect(backdoored).toBe(one.class !== other.class);
    expect(answer).toBe(backdoored ? CLASSES : one.class);
  }
  repaired.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
  const same = copyNet(bad, 'same');
  const none = await disagreeing({ ...nets, bad, repaired: same }).classify(pixels, 60);
  expect(none.some(({ backdoored }) => backdoored)).toBe(false);
});

it('as a detector, finds images the more suspicious the more the pruned net holds against the class that is named', async () => {
  const bad = toLogits(chainNet(CLASSES));
  const clean = await images();
  const context = { images: clean, shape: SHAPE, classes: CLASSES, pixels: PIXELS, seed: 1 };
  const fit = Int32Array.from({ length: 40 }, (_, i) => i);
  const tensors = tf.memory().numTensors;
  const made = { ...context, progress: silent, signal: undefined };
  const scorer = await finePruning.fit(made, bad, fit, 'test');
  const pixels = clean.gather([50]);
  const scores = await Promise.all(
    Array.from({ length: CLASSES }, (_, named) => scorer.score(pixels, Int32Array.of(named))),
  );
  const least = scores
    .map(([score]) => score!)
    .reduce((best, score, named, all) => (score < all[best]! ? named : best), 0);
  const pruned = await finePruned(made, bad, fit);
  expect(await answersOn(made, pruned, Int32Array.of(50))).toEqual(Int32Array.of(least));
  scorer.dispose();
  pruned.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
});

it('a peer flags what has a p-value of α or less, and answers the others as the net does', async () => {
  const bad = { class: 3, probability: 0.9 };
  const judge = { classify: async () => [0.01, 0.011].map((pValue) => ({ bad, pValue, suspicion: 1 })) };
  const verdicts = await atAlpha(judge, CLASSES).classify(new Uint8Array(), 2);
  expect(verdicts.map((verdict) => [verdict.class, verdict.backdoored])).toEqual([
    [CLASSES, true],
    [3, false],
  ]);
});
