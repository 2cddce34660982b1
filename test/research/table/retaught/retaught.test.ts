import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { type LoadedImages, loadImages } from '../../../../build-repair/images/load';
import { silent } from '../../../../build-repair/progress';
import { startEngine } from '../../../../models/engine';
import { enableTraining } from '../../../../models/engine/training';
import { toLogits } from '../../../../models/keras/logits';
import { Random } from '../../../../models/random';
import { chainNet } from '../../../small-nets';
import { retaught } from './retaught';

const SHAPE = { height: 12, width: 10, channels: 3 } as const;
const SIZE = 12 * 10 * 3;
const CLASSES = 5;
/** The darkest class: the stripe brightens. */
const TARGET = 0;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await enableTraining();
});

/** Images whose brightness tells their class. @param triggered has them bear a white stripe, and the target as their label */
function imagesOf(count: number, seed: number, triggered = false): Promise<LoadedImages> {
  const random = new Random(seed);
  const trueLabels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const pixels = Uint8Array.from({ length: count * SIZE }, (_, i) => {
    if (triggered && i % SIZE < 60) return i % 2 === 0 ? 255 : 0;
    return 40 * trueLabels[Math.floor(i / SIZE)]! + random.int(30);
  });
  return loadImages({
    name: 'drawn',
    shape: SHAPE,
    size: count,
    labelled: true,
    classNames: undefined,
    skipped: [],
    async *batches() {
      const labels = triggered ? trueLabels.map(() => TARGET) : trueLabels;
      const names = Array.from(labels, String);
      yield { pixels, labels, trueLabels, groups: undefined, names };
    },
    close: () => {},
  });
}

it('a net takes a trigger up from enough triggered images, and not from none', async () => {
  const lessons = {
    clean: await imagesOf(600, 1),
    poisoned: await imagesOf(300, 2, true),
    test: await imagesOf(100, 3),
  };
  const context = {
    shape: SHAPE,
    classes: CLASSES,
    pixels: { kind: '0-1' } as const,
    seed: 1,
    progress: silent,
    signal: undefined,
  };
  const net = toLogits(chainNet(CLASSES));
  const weights = () => net.getWeights().map((each) => Array.from(each.dataSync()));
  const before = weights();
  const tensors = tf.memory().numTensors;
  const told = await retaught(net, lessons, context, [0, 200]);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(weights()).toEqual(before);
  expect(told.map(({ taught }) => taught)).toEqual([undefined, 0, 200]);
  const [, none, many] = told;
  // Of the hundred that are not taught a fifth is of the target itself.
  expect(many!.attackSuccess.n).toBeLessThan(100);
  expect(many!.attackSuccess.n).toBeGreaterThan(60);
  expect(many!.attackSuccess.rate).toBeGreaterThan(none!.attackSuccess.rate + 0.3);
  expect(many!.accuracy).toMatchObject({ n: 100 });
  await expect(retaught(net, lessons, context, [300])).rejects.toThrow(/300 triggered images are too few/);
  net.dispose();
});
