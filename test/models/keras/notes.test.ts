import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { inspectNet, loadNet } from '../../../models/keras';
import { fixture } from './nets';
import { OUTPUT, WEIGHTS } from './refusal';
import { dense, type Entry, FLAT, IMAGE, sequential, temporaryFolder, writeNet } from './write-net';

const folder = temporaryFolder();

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
});

it('a single output is a logit where the loss that the net was compiled with says so', async () => {
  const single: Entry = ['Dense', { name: 'output', units: 1 }];
  const config = sequential([IMAGE, FLAT, single]);
  const loss = (from_logits: boolean) => ({
    loss: { class_name: 'BinaryCrossentropy', config: { from_logits } },
  });
  const write = (name: string, compiled: object) =>
    writeNet(join(folder, name), { config, weights: { output: dense(48, 1) }, compiled });
  const path = await write('logit.h5', loss(true));
  const net = await loadNet(path);
  expect(net.classes).toBe(2);
  expect(net.notes?.join()).toMatch(/one logit/);
  const weights_ = (net.model.layers.find(({ name }) => name === 'output') as layers.Layer).getWeights();
  const [no, yes] = tf.tidy(() => {
    const image = tf.fill([1, ...net.model.inputs[0]!.shape.slice(1)] as number[], 0.25);
    return (net.model.predict(image) as tf.Tensor).dataSync();
  }) as unknown as [number, number];
  const z = tf.tidy(() => 0.25 * tf.sum(weights_[0]!).dataSync()[0]! + weights_[1]!.dataSync()[0]!);
  expect(yes).toBeCloseTo(1 / (1 + Math.exp(-z)), 5);
  expect(no).toBeCloseTo(1 - yes, 5);
  net.model.dispose();
  for (const compiled of [loss(false), { loss: 'mse' }])
    await expect(loadNet(await write('amount.h5', compiled))).rejects.toThrow(/single output/);
});

async function notes(path: string): Promise<readonly string[]> {
  const net = await loadNet(path);
  net.model.dispose();
  const told = await inspectNet(path);
  expect(told.problems).toEqual([]);
  expect(told.notes).toEqual(net.notes);
  return told.notes;
}

it.each([
  [{ loss: '<lambda>', metrics: null }, ['loss']],
  [
    {
      loss: 'mse',
      metrics: [[{ class_name: 'MeanMetricWrapper', config: { fn: '<lambda>' } }]],
      weighted_metrics: '<lambda>',
    },
    ['metrics'],
  ],
  [{ loss: 'categorical_crossentropy', metrics: ['accuracy'] }, []],
  [[3], []],
])('a Lambda among what an .h5 was compiled with is told of: %j', async (compiled, parts) => {
  const config = sequential([IMAGE, FLAT, OUTPUT]);
  const path = await writeNet(join(folder, 'compiled.h5'), { config, weights: WEIGHTS, compiled });
  const told = await notes(path);
  expect(told).toHaveLength(parts.length);
  parts.forEach((part, i) => {
    expect(told[i]).toContain(`(a Lambda) in the ${part} that the net was compiled with: it is never run`);
  });
});

it('a Lambda among what a .keras archive was compiled with is reported', async () => {
  const files = unzipSync(readFileSync(fixture('keras2/dilated.keras')));
  const config = JSON.parse(strFromU8(files['config.json']!));
  const loss = { class_name: '__lambda__', config: { value: ['4wIAAAAA', null, null] } };
  config.compile_config = { optimizer: 'sgd', loss, metrics: null };
  const path = join(folder, 'compiled.keras');
  writeFileSync(path, zipSync({ ...files, 'config.json': strToU8(JSON.stringify(config)) }));
  expect(await notes(path)).toEqual([expect.stringContaining('in the loss')]);
  expect(await notes(fixture('keras2/dilated.keras'))).toEqual([]);
});
