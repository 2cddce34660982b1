import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImages } from '../../../build-repair/images/open-images';
import type { Progress } from '../../../build-repair/progress';
import { repair } from '../../../build-repair/repair/repair';
import { scan } from '../../../build-repair/scan/scan';
import { METHODS, type Method } from '../../../models/bundle/methods';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { hdf5Bytes } from '../../../models/hdf5/bytes';
import { loadNet } from '../../../models/keras';
import { writeKerasH5 } from '../../../models/keras/write/h5';
import { Random } from '../../../models/random';
import { chainNet } from '../../small-nets';

const CLASSES = 4;
const PER_CLASS = 12;
const SHAPE = [12, 10, 3];

const folder = mkdtempSync(join(tmpdir(), 'goodnet-memory-'));
const net = join(folder, 'net.h5');
const clean = join(folder, 'clean.h5');

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await enableTraining();
  const model = chainNet(CLASSES) as tfl.Sequential;
  model.add(tfl.layers.softmax({ name: 'softmax' }));
  await writeKerasH5(model, net);
  model.dispose();
  const count = CLASSES * PER_CLASS;
  const size = SHAPE.reduce((a, b) => a * b);
  const random = new Random(1);
  const label = Float64Array.from({ length: count }, (_, image) => image % CLASSES);
  const data = Uint8Array.from(
    { length: count * size },
    (_, i) => 50 * label[Math.floor(i / size)]! + random.int(40),
  );
  const bytes = await hdf5Bytes((file) => {
    file.create_dataset({ name: 'data', data, shape: [count, ...SHAPE], dtype: '<B' });
    file.create_dataset({ name: 'label', data: label, shape: [count], dtype: '<f8' });
  });
  writeFileSync(clean, bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the net and its images, works with them and closes them again. @returns how many tensors and buffers are left of it */
async function leftOf(
  work: (opened: Pick<Parameters<typeof repair>[0], 'net' | 'clean'>) => Promise<unknown>,
): Promise<{ tensors: number; buffers: number }> {
  const before = tf.memory();
  const opened = await loadNet(net);
  const images = await openImages(clean, { shape: opened.inputShape, classes: opened.classes });
  try {
    await work({ net: opened, clean: images });
  } finally {
    images.close();
    opened.model.dispose();
  }
  const after = tf.memory();
  return {
    tensors: after.numTensors - before.numTensors,
    buffers: after.numDataBuffers - before.numDataBuffers,
  };
}

const none = { tensors: 0, buffers: 0 };

function repaired(method: Method, progress: Progress, signal?: AbortSignal) {
  return (opened: Pick<Parameters<typeof repair>[0], 'net' | 'clean'>) =>
    repair({
      ...opened,
      netPath: net,
      out: join(folder, 'store'),
      method,
      pixels: { kind: '0-1' },
      acceptLowAccuracy: true,
      alpha: 0.1,
      seed: 1,
      finding: true,
      progress,
      say: () => {},
      signal,
    });
}

/** The stages that work reports, each once, in order. */
async function stagesOf(work: (progress: Progress) => Promise<unknown>): Promise<string[]> {
  const stages = new Set<string>();
  await work(({ stage }) => stages.add(stage));
  return [...stages];
}

describe.each(METHODS)('a repair by %s', (method) => {
  let stages: string[];

  it('gives back all memory where it succeeds', async () => {
    stages = await stagesOf(async (progress) => {
      expect(await leftOf(repaired(method, progress))).toEqual(none);
    });
    expect(stages.length).toBeGreaterThan(3);
  });

  it('gives back all memory where it fails, at each of its stages', async () => {
    for (const wanted of stages) {
      const progress: Progress = ({ stage }) => {
        if (stage === wanted) throw new Error(wanted);
      };
      const left = await leftOf((opened) =>
        expect(repaired(method, progress)(opened)).rejects.toThrow(wanted),
      );
      expect(left, `failed at: ${wanted}`).toEqual(none);
    }
  });

  // The default method's stages are the others', and more of them: this takes its time.
  it.skipIf(method === 'expert')(
    'gives back all memory where it is stopped, at each of its stages',
    async () => {
      for (const wanted of stages) {
        const stop = new AbortController();
        const progress: Progress = ({ stage }) => {
          if (stage === wanted) stop.abort(new Error(wanted));
        };
        const left = await leftOf(async (opened) => {
          const work = repaired(method, progress, stop.signal)(opened);
          // The last stages are not stopped any more.
          await work.catch((error) => expect(error).toMatchObject({ message: wanted }));
        });
        expect(left, `stopped at: ${wanted}`).toEqual(none);
      }
    },
  );
});

it('a repair leaves the files that others made meanwhile', async () => {
  const made: tf.Variable[] = [];
  const left = await leftOf(
    repaired('magnitude', () => {
      if (made.length === 0) made.push(tf.variable(tf.scalar(7)));
    }),
  );
  expect(made[0]!.dataSync()[0]).toBe(7);
  expect(left.tensors).toBeGreaterThan(0);
  tf.dispose(made);
});

it('a scan gives back all memory, where it is done and where it is stopped', async () => {
  const scanned =
    (progress: Progress, signal?: AbortSignal) =>
    ({ net, clean }: Pick<Parameters<typeof repair>[0], 'net' | 'clean'>) =>
      scan({
        net,
        clean,
        seed: 1,
        pixels: { kind: '0-1' },
        acceptLowAccuracy: true,
        progress,
        say: () => {},
        signal,
      });
  const stages = await stagesOf(async (progress) => expect(await leftOf(scanned(progress))).toEqual(none));
  for (const wanted of stages) {
    const stop = new AbortController();
    const progress: Progress = ({ stage }) => stage === wanted && stop.abort(new Error(wanted));
    const left = await leftOf(async (opened) => {
      await scanned(progress, stop.signal)(opened).catch(() => {});
    });
    expect(left, `stopped at: ${wanted}`).toEqual(none);
  }
});
