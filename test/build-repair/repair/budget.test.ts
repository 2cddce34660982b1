import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImages } from '../../../build-repair/images/open-images';
import { parseMemory, usualMemory } from '../../../build-repair/memory-option';
import { silent } from '../../../build-repair/progress';
import { checkFits } from '../../../build-repair/repair/check/fits-memory';
import { crossEntropy, train, trainableVariables } from '../../../build-repair/repair/learn/train';
import { repair } from '../../../build-repair/repair/repair';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { GoodNet } from '../../../models/goodnet';
import { loadNet } from '../../../models/keras';
import { copyNet } from '../../../models/nets/graph';
import { MOST_MEMORY } from '../../../models/nets/most-memory';
import { leastMemory, rowsToRun, rowsToTrain } from '../../../models/nets/rows-at-once';
import { branchedNet } from '../../small-nets';
import { writeSmallJob } from '../job/small-job';
import { classes, shape, stripes } from './striped-images';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await enableTraining();
});

describe('rows at once', () => {
  it('follow from the layers’ shapes and the memory, one at least', () => {
    const net = branchedNet(classes);
    const least = leastMemory(net);
    expect(rowsToTrain(net, least)).toBe(1);
    expect(rowsToTrain(net, 10 * least)).toBe(10);
    expect(rowsToRun(net, 1)).toBe(1);
    expect(rowsToTrain(net)).toBe(rowsToTrain(net, MOST_MEMORY));
    net.dispose();
  });

  it('a net that can’t be trained one image at a time is refused, and what it takes is told', () => {
    const net = branchedNet(classes);
    expect(() => checkFits(net, leastMemory(net))).not.toThrow();
    expect(() => checkFits(net, leastMemory(net) / 2)).toThrow(
      expect.objectContaining({ code: 'NET_TOO_LARGE', hint: expect.stringContaining('--memory') }),
    );
    net.dispose();
  });
});

describe('the memory that is told', () => {
  it.each([
    ['2GB', 2 * 2 ** 30],
    ['1.5 gb', 1.5 * 2 ** 30],
    ['300MB', 300 * 2 ** 20],
  ])('%s', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  it.each(['', '2', '100MB', '2TB', '-1GB'])('"%s" is none', (text) => {
    expect(() => parseMemory(text)).toThrow(/no memory to work in/);
  });

  it('is half of the machine’s where nothing is told, 4 GiB at the most', () => {
    expect(usualMemory()).toBeGreaterThan(0);
    expect(usualMemory()).toBeLessThanOrEqual(MOST_MEMORY);
  });
});

it('gradients of a batch in parts are those of the batch, and so are those by its images', async () => {
  const { pixels, labels } = stripes(11, 3);
  const net = branchedNet(classes);
  const memory = 4 * leastMemory(net);
  expect(rowsToTrain(net, memory)).toBe(4);
  const trained = async (own: number | undefined) => {
    const model = copyNet(net, 'trained');
    const optimizer = tf.train.sgd(0.1);
    let gradient = new Float32Array();
    let rows = 0;
    let told = 0;
    await train(
      {
        model,
        optimizer,
        steps: 2,
        memory: own,
        batch: () => ({
          inputs: tf.tensor4d(pixels, [11, shape.height, shape.width, shape.channels]),
          targets: [tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32'))],
        }),
        prepare: (raw) => tf.div(raw, 255),
        loss: (logits, [wanted], { from, to }) => {
          expect(logits.shape[0]).toBe(to - from);
          return tf.mean(crossEntropy(logits, wanted!));
        },
        onInputGradient: (values) => {
          gradient = values.slice();
        },
        afterStep: (_step, logits) => {
          rows = logits.shape[0];
          return false;
        },
      },
      {
        stage: 'training',
        signal: undefined,
        report: ({ loss }) => {
          told = loss!;
        },
      },
    );
    const weights = trainableVariables(model).flatMap((each) => Array.from(each.dataSync()));
    model.dispose();
    optimizer.dispose();
    return { weights, gradient, rows, told };
  };
  const whole = await trained(undefined);
  const before = tf.memory().numTensors;
  const parts = await trained(memory);
  expect(tf.memory().numTensors).toBe(before);
  expect(parts.rows).toBe(11);
  expect(parts.told).toBeCloseTo(whole.told, 5);
  const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
  expect(apart(parts.weights, whole.weights)).toBeLessThan(1e-5);
  expect(Math.max(...whole.gradient.map(Math.abs))).toBeGreaterThan(1e-5);
  expect(apart(parts.gradient, whole.gradient)).toBeLessThan(1e-7);
  net.dispose();
});

describe('a repair within next to no memory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-budget-'));
  beforeAll(() => writeSmallJob(folder, ['one']));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says of images what one within much says, within rounding', async () => {
    const netPath = join(folder, 'nets/chain.h5');
    const net = await loadNet(netPath);
    const clean = await openImages(join(folder, 'clean.h5'), { shape: net.inputShape, classes: net.classes });
    const repaired = async (memory: number | undefined, out: string) => {
      const { folder: bundle } = await repair({
        netPath,
        net,
        clean,
        out: join(folder, out),
        method: 'expert',
        pixels: { kind: '0-1' },
        acceptLowAccuracy: true,
        acceptUnrepaired: true,
        alpha: 0.1,
        seed: 1,
        memory,
        finding: true,
        progress: silent,
        say: () => {},
      });
      const goodnet = await GoodNet.load(bundle, { onTensorFlow: true });
      const { height, width, channels } = net.inputShape;
      const pixels = Uint8Array.from({ length: 20 * height * width * channels }, (_, i) => (i * 37) % 251);
      const verdicts = await goodnet.classify(pixels, 20);
      goodnet.dispose();
      return verdicts.map(({ answer, pValue }) => ({ class: answer.class, pValue }));
    };
    const least = leastMemory(net.model);
    expect(rowsToTrain(net.model, 10 * least)).toBe(10);
    const much = await repaired(undefined, 'much');
    const little = await repaired(10 * least, 'little');
    little.forEach(({ class: each, pValue }, i) => {
      expect(each).toBe(much[i]!.class);
      expect(Math.abs(pValue - much[i]!.pValue)).toBeLessThan(0.05);
    });
    clean.close();
    net.model.dispose();
  });
});
