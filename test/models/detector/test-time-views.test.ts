import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { answers } from '../../../models/detector/margin';
import { answerWithViews, viewer } from '../../../models/detector/test-time-views';
import { startEngine } from '../../../models/engine';
import { Random } from '../../../models/random';

const shape = { height: 4, width: 5, channels: 3 };
const classes = 6;
const size = 60;
const count = 13;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

function linearNet(): { bad: tfl.LayersModel; logits: (image: readonly number[]) => number[] } {
  const random = new Random(5);
  const weights = Array.from({ length: size * classes }, () => random.normal() * 0.3);
  const bad = tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [4, 5, 3] }),
      tfl.layers.dense({ units: classes, useBias: false }),
    ],
  });
  bad.setWeights([tf.tensor2d(weights, [size, classes])]);
  const logits = (image: readonly number[]) =>
    Array.from({ length: classes }, (_, k) =>
      image.reduce((sum, value, i) => sum + (value / 255) * weights[i * classes + k]!, 0),
    );
  return { bad, logits };
}

const at = (image: readonly number[], y: number, x: number, c: number) => image[(y * 5 + x) * 3 + c]!;
const build = (from: (y: number, x: number, c: number) => number) =>
  Array.from({ length: size }, (_, i) => from(Math.floor(i / 15), Math.floor(i / 3) % 5, i % 3));

/** The mean log-probabilities over the views, in plain arithmetic. */
function expected(
  image: readonly number[],
  logits: (image: readonly number[]) => number[],
  mirrored: boolean,
) {
  const views = [
    image,
    build((y, x, c) => at(image, y, Math.max(x - 1, 0), c)),
    build((y, x, c) => at(image, y, Math.min(x + 1, 4), c)),
    build((y, x, c) => at(image, Math.max(y - 1, 0), x, c)),
    build((y, x, c) => at(image, Math.min(y + 1, 3), x, c)),
    ...(mirrored ? [build((y, x, c) => at(image, y, 4 - x, c))] : []),
  ];
  const means = new Array<number>(classes).fill(0);
  for (const view of views) {
    const z = logits(view);
    const log = Math.log(z.reduce((sum, each) => sum + Math.exp(each), 0));
    z.forEach((each, k) => {
      means[k]! += (each - log) / views.length;
    });
  }
  const sum = means.reduce((total, each) => total + Math.exp(each), 0);
  const best = means.indexOf(Math.max(...means));
  return { class: best, probability: Math.exp(means[best]!) / sum };
}

describe('views of an image that B is unsure of', () => {
  test.each([false, true])(
    'are answered together (mirrored: %s), the others left as they are',
    async (mirrored) => {
      const { bad, logits } = linearNet();
      const random = new Random(8);
      const images = Array.from({ length: count }, () =>
        Array.from({ length: size }, () => random.uniform(0, 255)),
      );
      const plain = answers(Float32Array.from(images.flatMap(logits)), classes);
      const unsureBelow = plain.probabilities.slice().sort()[Math.floor(count * 0.8)]!;
      const nets = { bad, shape, classes, pixels: { kind: '0-1' } as const };
      const before = tf.memory().numTensors;
      const found = await answerWithViews(viewer(nets), Float32Array.from(images.flat()), plain, {
        unsureBelow,
        mirrored,
      });
      expect(tf.memory().numTensors).toBe(before);
      let changed = 0;
      images.forEach((image, i) => {
        const unsure = plain.probabilities[i]! < unsureBelow;
        const want = unsure
          ? expected(image, logits, mirrored)
          : { class: plain.classes[i]!, probability: plain.probabilities[i]! };
        expect(found.classes[i]).toBe(want.class);
        expect(found.probabilities[i]).toBeCloseTo(want.probability, 4);
        if (want.class !== plain.classes[i]) changed++;
      });
      expect(changed).toBeGreaterThan(0);
    },
  );
});
