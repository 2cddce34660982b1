import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RepairContext } from '../../../build-repair/context';
import { Augmenter } from '../../../build-repair/images/augment';
import { Occluder } from '../../../build-repair/images/occlude';
import { silent } from '../../../build-repair/progress';
import { coversAllClasses } from '../../../build-repair/repair/choose/folds';
import * as distance from '../../../build-repair/repair/evidence/distance';
import type { Fitting } from '../../../build-repair/repair/evidence/fitter';
import { linearProbe } from '../../../build-repair/repair/evidence/linear-probe';
import { magnitudeMask, sparsityAt } from '../../../build-repair/repair/fit/magnitude';
import { pruneDormantChannels } from '../../../build-repair/repair/fit/prune-channels';
import {
  calibratedOf,
  type FittedGaussians,
  fitClassGaussians,
} from '../../../build-repair/repair/learn/class-gaussians';
import { softmaxRegression } from '../../../build-repair/repair/learn/softmax-regression';
import { withSecondOpinion } from '../../../build-repair/repair/true-class/second-opinion';
import type { Ran } from '../../../models/detector/evidence/kind';
import { outputsOf } from '../../../models/detector/run';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { featureNet } from '../../../models/nets/features';
import { copyNet } from '../../../models/nets/graph';
import { Random } from '../../../models/random';
import { branchedNet } from '../../small-nets';

const shape = { height: 20, width: 16, channels: 3 };

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

describe('magnitude pruning', () => {
  test('sparsity goes from 50 to 70 % along a cubic', () => {
    expect(sparsityAt(0, 100)).toBeCloseTo(0.5);
    expect(sparsityAt(50, 100)).toBeCloseTo(0.7 - 0.2 / 8);
    expect(sparsityAt(100, 100)).toBeCloseTo(0.7);
  });

  test('the mask takes the smallest magnitudes', () => {
    const mask = magnitudeMask(tf.tensor2d([0.1, -3, 2, -0.2, 0.3, 4], [2, 3]), 0.5);
    expect(Array.from(mask.dataSync())).toEqual([0, 1, 1, 0, 0, 1]);
  });
});

describe('varying and painting images', () => {
  const random = new Random(5);
  const images = Float32Array.from({ length: 4 * 960 }, () => random.uniform(0, 255));

  test('the seed decides, values stay within 0–255, the original is left alone', () => {
    const before = images.slice();
    const once = new Augmenter(shape, 1, 'a').vary(images);
    expect(new Augmenter(shape, 1, 'a').vary(images)).toEqual(once);
    expect(new Augmenter(shape, 2, 'a').vary(images)).not.toEqual(once);
    expect(images).toEqual(before);
    const painted = once.slice();
    new Occluder(shape, 1, 'a').paint(painted);
    for (const set of [once, painted]) {
      expect(set.every((value) => value >= 0 && value <= 255)).toBe(true);
    }
    expect(painted).not.toEqual(once);
  });
});

describe('class Gaussians', () => {
  const dimensions = 6;
  const classes = 4;
  const random = new Random(9);
  const labels = Int32Array.from({ length: 800 }, (_, i) => i % classes);
  const values = Float32Array.from({ length: 800 * dimensions }, (_, i) => {
    const d = i % dimensions;
    return labels[Math.floor(i / dimensions)]! * d + random.normal() * (1 + 10 * d);
  });
  const space = { features: dimensions, dimensions, directions: undefined, values };
  const fit = Int32Array.from({ length: 400 }, (_, i) => i);
  const held = Int32Array.from({ length: 400 }, (_, i) => 400 + i);

  test('whitened, the mean squared distance of unseen images to their class is about 1 a dimension', () => {
    const fitted = fitClassGaussians(space, [], labels, undefined, fit, classes)!;
    const predicted = held.map((image) => labels[image]!);
    const fitting = { passes: { clean: { latent: space } } } as unknown as Fitting;
    const reader = distance.latent.open(fitted, fitting, undefined as never)!;
    const own = tf.tensor2d(values.subarray(400 * dimensions), [400, dimensions]);
    const rows = reader.rows({ n: 400, bad: [own, own] } as unknown as Ran)!;
    const found = reader.tell!(rows.dataSync() as Float32Array, predicted, classes);
    const mean = found.reduce((sum, each) => sum + each, 0) / found.length;
    // Shrinking towards the identity makes small axes count a little less.
    expect(mean).toBeGreaterThan(0.7);
    expect(mean).toBeLessThan(1.3);
  });

  test('a class of one group is not known where groups are told; too few known classes give no class Gaussians', () => {
    const groups = Array.from(labels, (label, i) => (label === 3 ? 'one' : `g${i}`));
    expect([...fitClassGaussians(space, [], labels, groups, fit, classes)!.gaussians.known]).toEqual([
      1, 1, 1, 0,
    ]);
    expect(fitClassGaussians(space, [], labels, undefined, fit.subarray(0, 10), classes)).toBeUndefined();
  });
});

describe('the class Gaussians that are served', () => {
  const served = (known: readonly number[]) =>
    ({
      gaussians: { known: Uint8Array.from(known) },
      whitening: new Float32Array(),
    }) as unknown as FittedGaussians;
  const labels = Int32Array.from({ length: 100 }, (_, i) => Math.min(3, Math.floor(i / 30)));
  const knownTo = (...folds: (readonly number[] | undefined)[]) => [
    ...calibratedOf(
      served([1, 1, 1, 1]),
      folds.map((known) => known && served(known)),
      labels,
    )!.gaussians.known,
  ];

  test('goes without classes that were calibrated without, where these are many', () => {
    expect(knownTo([1, 1, 1, 1], [1, 1, 0, 1])).toEqual([1, 1, 0, 1]);
    expect(knownTo([1, 1, 1, 1], [1, 1, 1, 0])).toEqual([1, 1, 1, 1]);
    expect(knownTo([1, 0, 1, 1], [1, 1, 1, 0])).toEqual([1, 0, 1, 0]);
    expect(calibratedOf(undefined, [], labels)).toBeUndefined();
  });
});

describe('the relearned head', () => {
  const context: RepairContext = {
    images: undefined as never,
    shape,
    pixels: { kind: '0-1' },
    classes: 3,
    seed: 1,
    progress: silent,
    signal: undefined,
  };

  test('learns what can be told apart by a line', async () => {
    const random = new Random(2);
    const labels = Int32Array.from({ length: 600 }, (_, i) => i % 3);
    const values = Float32Array.from({ length: 1200 }, (_, i) => {
      const angle = (labels[i >> 1]! * 2 * Math.PI) / 3;
      return 50 + 4 * (i % 2 ? Math.sin(angle) : Math.cos(angle)) + random.normal();
    });
    const tensors = tf.memory().numTensors;
    const { weights, bias } = await softmaxRegression(context, { values, features: 2, labels }, 200, {
      stage: 'test',
      stream: 'test',
    });
    expect(tf.memory().numTensors).toBe(tensors);
    let right = 0;
    labels.forEach((label, i) => {
      const scores = [0, 1, 2].map(
        (k) => bias[k]! + values[2 * i]! * weights[k]! + values[2 * i + 1]! * weights[3 + k]!,
      );
      if (scores.indexOf(Math.max(...scores)) === label) right++;
    });
    expect(right / 600).toBeGreaterThan(0.95);
  });

  test('B′ answers by B’s logits and the head’s scores together', () => {
    const classes = 5;
    const { net } = featureNet(copyNet(branchedNet(classes)), 'bad');
    const sizes = net.outputs.slice(1).map((each) => each.shape.slice(1).reduce<number>((a, b) => a * b!, 1));
    const random = new Random(4);
    const directions = Float32Array.from({ length: sizes[1]! * 7 }, () => random.normal());
    const rows = sizes[0]! + 7;
    const head = {
      weights: Float32Array.from({ length: rows * classes }, () => random.normal()),
      bias: Float32Array.from({ length: classes }, () => random.normal()),
    };
    const empty = new Float32Array(0);
    const repaired = withSecondOpinion(net, {
      latent: { features: sizes[0]!, dimensions: sizes[0]!, directions: undefined, values: empty },
      trunk: { features: sizes[1]!, dimensions: 7, directions, values: empty },
      head,
    });
    const given = outputsOf(net, tf.randomUniform([6, 20, 16, 3], 0, 1, 'float32', 3));
    const [logits] = given;
    // What calibration reads of the same features.
    const clean = {
      latent: { features: sizes[0]!, dimensions: sizes[0]! },
      trunk: { features: sizes[1]!, dimensions: 7, directions },
    };
    const fitting = { passes: { clean }, plan: { classesNotInProbe: [] } } as unknown as Fitting;
    const reader = linearProbe.open(head, fitting, undefined as never)!;
    const ran = { n: 6, bad: given } as unknown as Ran;
    const wanted = reader.rows(ran)!.dataSync() as Float32Array;
    const [after, scores] = outputsOf(repaired, given).map((each) => each.dataSync() as Float32Array);
    const before = logits!.dataSync();
    wanted.forEach((score, i) => {
      expect(scores![i]).toBeCloseTo(score, 3);
      expect(after![i]).toBeCloseTo(before[i]! + score / 2, 3);
    });
  });

  test('is only for images of every class', () => {
    const labels = Int32Array.from([0, 1, 2, 0]);
    expect(coversAllClasses(labels, Int32Array.from([0, 1, 2]), 3)).toBe(true);
    expect(coversAllClasses(labels, Int32Array.from([0, 1, 3]), 3)).toBe(false);
  });
});

test('a net without convolutions has nothing to prune', async () => {
  const { sequential, layers } = await import('@tensorflow/tfjs-layers');
  const net = sequential({
    layers: [layers.flatten({ inputShape: [4, 4, 1] }), layers.dense({ units: 2 })],
  });
  const pruned = pruneDormantChannels({} as RepairContext, net, new Int32Array(1), 0.01);
  await expect(pruned).rejects.toThrow(/no convolution .* could be pruned/);
  net.dispose();
});
