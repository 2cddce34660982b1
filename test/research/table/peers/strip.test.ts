import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../../models/engine';
import { Random } from '../../../../models/random';
import { Strip, type StripSetUp, superimpose } from './strip';

const SHAPE = { height: 2, width: 2, channels: 1 } as const;
const SIZE = 4;
const CLASSES = 4;
/** Images of which pixel k is bright are of class k; the last 40 are kept for calibration. */
const CLEAN = 120;

beforeAll(() => startEngine());

/**
 * Each pixel speaks for one class. Of a blend of two classes' images two pixels are bright, and the net is torn. With a backdoor, a last
 * pixel that is nearly white beats all others.
 */
function net(): tfl.LayersModel {
  const dense = tfl.layers.dense({ units: CLASSES, inputShape: [SIZE], useBias: false });
  const model = tfl.sequential({
    layers: [tfl.layers.flatten({ inputShape: [2, 2, 1] }), dense],
  });
  const weights = [
    [8, 0, 0, 0],
    [0, 8, 0, 0],
    [0, 0, 8, 0],
    [0, 0, 0, 40],
  ];
  dense.setWeights([tf.tensor2d(weights)]);
  return model;
}

function cleanImages(): Float32Array {
  const random = new Random(5);
  return Float32Array.from({ length: CLEAN * SIZE }, (_, i) => {
    const image = Math.floor(i / SIZE);
    const pixel = i % SIZE;
    return pixel < 3 && pixel === image % 3 ? 150 + random.int(60) : pixel === 3 ? 0 : random.int(30);
  });
}

function setUp(model: tfl.LayersModel, blends = 30): StripSetUp {
  const pixels = cleanImages();
  const from = (start: number, end: number) => Int32Array.from({ length: end - start }, (_, i) => start + i);
  return {
    net: model,
    shape: SHAPE,
    pixels: { kind: '0-1' },
    classes: CLASSES,
    images: {
      gather: (indices) =>
        Float32Array.from(
          Array.from(indices).flatMap((image) => [...pixels.subarray(image * SIZE, (image + 1) * SIZE)]),
        ),
    },
    overlays: from(0, 80),
    calibration: from(80, CLEAN),
    blends,
    alpha: 0.1,
    seed: 1,
  };
}

describe('STRIP', () => {
  it('blends an image with each of others, half and half', () => {
    const blended = superimpose(Uint8Array.of(10, 200), Float32Array.of(1, 2, 100, 100));
    expect([...blended]).toEqual([5.5, 101, 55, 150]);
  });

  it('flags an image whose trigger decides every blend, and answers others with the class of B', async () => {
    const model = net();
    const strip = await Strip.calibrated(setUp(model));
    const clean = [180, 10, 10, 0];
    const triggered = [180, 10, 10, 250];
    const [first, second] = await strip.classify(Uint8Array.from([...clean, ...triggered]), 2);
    expect(first).toMatchObject({ backdoored: false, class: 0, bad: { class: 0 } });
    expect(second).toMatchObject({ backdoored: true, class: CLASSES, bad: { class: 3 } });
    expect(second!.pValue).toBeCloseTo(1 / 41, 6);
    expect(second!.suspicion).toBeGreaterThan(first!.suspicion);
    model.dispose();
  });

  it('scores with the mean entropy in bits', async () => {
    const model = net();
    model.layers[1]!.setWeights([tf.zeros([SIZE, CLASSES])]);
    const strip = await Strip.calibrated(setUp(model));
    const [verdict] = await strip.classify(new Uint8Array(SIZE), 1);
    expect(verdict!.suspicion).toBeCloseTo(-2, 5); // four classes, equally probable
    model.dispose();
  });

  it('flags about as many clean images as α promises', async () => {
    const model = net();
    const set = setUp(model);
    const strip = await Strip.calibrated(set);
    const pixels = set.images.gather(set.calibration);
    const verdicts = await strip.classify(pixels, set.calibration.length);
    const flagged = verdicts.filter(({ backdoored }) => backdoored).length;
    expect(flagged).toBeLessThanOrEqual(10);
    model.dispose();
  });

  it('leaves no tensors behind, and gives the same figures to the same seed', async () => {
    const model = net();
    const pixels = Uint8Array.from([10, 200, 30, 0]);
    const before = tf.memory().numTensors;
    const [one] = await (await Strip.calibrated(setUp(model))).classify(pixels, 1);
    const [other] = await (await Strip.calibrated(setUp(model))).classify(pixels, 1);
    expect(tf.memory().numTensors).toBe(before);
    expect(other).toEqual(one);
    model.dispose();
  });
});
