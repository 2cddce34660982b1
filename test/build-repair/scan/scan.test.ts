import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { silent } from '../../../build-repair/progress';
import { chooseImages } from '../../../build-repair/repair/choose/choose';
import { find } from '../../../build-repair/repair/find';
import { fitExpert } from '../../../build-repair/repair/fit/expert';
import { scanSteps } from '../../../build-repair/repair/plan';
import { read } from '../../../build-repair/repair/read';
import type { ScanOptions } from '../../../build-repair/scan/options';
import { scan } from '../../../build-repair/scan/scan';
import { scanOutcome, scanText } from '../../../build-repair/scan/words';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import type { LoadedNet } from '../../../models/keras';
import { memorySet } from '../../memory-set';
import { all, CLASSES, context, shape, TARGET, trained } from '../finding/patched-net';

const clean = memorySet('clean', context.images, all);
const names = Array.from({ length: CLASSES }, (_, each) => `person ${each}`);

function loaded(model: LayersModel, more: Partial<LoadedNet> = {}): LoadedNet {
  return {
    model,
    format: 'keras-h5',
    kerasVersion: undefined,
    inputShape: shape,
    classes: CLASSES,
    output: 'logits',
    ...more,
  };
}

function options(net: LoadedNet, more: Partial<ScanOptions> = {}): ScanOptions {
  return { net, clean, seed: 1, progress: silent, say: () => {}, ...more };
}

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

describe('a backdoored net', () => {
  let net: LoadedNet;
  beforeAll(async () => {
    net = loaded(await trained(true), {
      ownNames: { names, from: 'a test' },
      notes: ['Mind this.'],
    });
  });

  test('is told for one, as a repair tells it; stages are those of the plan', async () => {
    const stages = new Set<string>();
    const lines: string[] = [];
    const progress = ({ stage }: { stage: string }) => stages.add(stage);
    const before = tf.memory().numTensors;
    const scanned = await scan(options(net, { progress, tell: (line) => lines.push(line) }));
    expect(tf.memory().numTensors).toBe(before);
    expect(scanned).toMatchObject({ outcome: 'signs', cleanImages: all.length, notTold: [], problems: [] });
    expect(scanned.targets.map((target) => target.class)).toEqual([TARGET]);
    expect(scanned.targets[0]!.rate).toBeGreaterThan(0.7);
    expect(scanned.notes).toEqual(['Mind this.']);
    expect(lines.join()).toContain('Pixels: 0-1, where the net does best');
    expect(scanText(scanned)).toMatch(
      new RegExp(
        `^Signs of a backdoor toward class ${TARGET}.*\n.*\n\nScore .*\n  class ${TARGET} \\(.*\\): score`,
      ),
    );
    const planned = scanSteps({ images: all.length, pixels: false, fit: true }).flatMap(({ parts }) =>
      parts.map(({ stage }) => stage),
    );
    expect([...stages]).toEqual(planned);
    // The same detector as in a bundle is asked.
    const asked = options(net);
    const inputs = await read({ ...asked, clean, unlabelled: undefined, hosts: undefined });
    const chosen = { ...(await chooseImages({ ...asked, clean }, inputs)), keepsImages: false };
    const finding = (await find(chosen, await fitExpert(chosen)))!;
    inputs.dispose();
    expect(finding.targets.map(({ class: each, score }) => [each, score])).toEqual(
      scanned.targets.map(({ class: each, score }) => [each, score]),
    );
  });

  test('without clean images what can be told is, and what can’t is said', async () => {
    const before = tf.memory().numTensors;
    const alone = await scan(options(net, { clean: undefined }));
    expect(tf.memory().numTensors).toBe(before);
    expect(alone).toMatchObject({ cleanImages: 0, tried: CLASSES });
    expect(alone.notTold).toHaveLength(2);
    expect(alone.notTold[0]).toContain('--clean');
    expect(alone.notTold[1]).toContain('0-1 was assumed');
    expect(scanOutcome(alone).join(' ')).toContain('without clean images');
    const told = await scan(options(net, { clean: undefined, pixels: { kind: '0-1' } }));
    expect(told).toEqual({ ...alone, notTold: alone.notTold.slice(0, 1) });
  });

  test('a margin beyond all others, in a net’s last layer, is told without any image', async () => {
    const head = net.model.layers.at(-1)!;
    const weights = head.getWeights();
    const louder = tf.tidy(() => {
      const factor = tf.tensor1d(names.map((_, each) => (each === 2 ? 20 : 1)));
      return weights.map((each) => tf.mul(each, factor));
    });
    head.setWeights(louder);
    try {
      const alone = await scan(options(net, { clean: undefined }));
      expect(alone.outcome).toBe('signs');
      expect(alone.targets[0]).toMatchObject({ class: 2, name: 'person 2', rate: undefined });
      expect(scanOutcome(alone)[0]).toBe('Signs of a backdoor toward class 2 (person 2, possible).');
    } finally {
      head.setWeights(weights);
      tf.dispose(louder);
    }
  });

  test('can be interrupted', async () => {
    const stop = new AbortController();
    const progress = () => stop.abort(new Error('enough'));
    await expect(scan(options(net, { progress, signal: stop.signal }))).rejects.toThrow('enough');
    const alone = options(net, { clean: undefined, progress, signal: stop.signal });
    await expect(scan(alone)).rejects.toThrow('enough');
  });

  test('labels that don’t fit it stop the scan, as they stop a repair; too few images, too', async () => {
    const others = {
      ...context.images,
      labels: context.images.labels.map((label) => (label + 1) % CLASSES),
    };
    const set = memorySet('others', others, all);
    await expect(scan(options(net, { clean: set }))).rejects.toThrow(/Labels and net don't fit/);
    const few = memorySet('few', context.images, all.subarray(0, 10));
    await expect(scan(options(net, { clean: few }))).rejects.toThrow(/few: 10 clean images are too few/);
  });
});

test('a plan without clean images is one step', () => {
  expect(scanSteps({ images: 0, pixels: true, fit: true })).toHaveLength(1);
  expect(scanSteps({ images: 100, pixels: false, fit: true }).map(({ name }) => name)).toEqual([
    'Reading the images',
    'Choosing the pixel scaling',
    'Making a copy forget',
    'Searching for a trigger',
  ]);
});
