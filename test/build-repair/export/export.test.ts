import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlainNet } from '../../../build-repair/export/nets';
import { writePlainNet } from '../../../build-repair/export/write';
import { FORMAT_VERSION, type Manifest } from '../../../models/bundle/manifest';
import { imageTensor } from '../../../models/detector/run';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { loadNet as readNet } from '../../../models/net-files';
import { createKeys } from '../../../models/signing/keys';
import { fixture } from '../../fixtures/bundles/fixtures';
import { writeSmallBundle } from '../../functions/small-bundle';
import { answers, fixture as kerasFixture, largestDifference, testImages } from '../../models/keras/nets';
import { commandLine } from '../cli/in-process';

const work = mkdtempSync(join(tmpdir(), 'goodnet-export-'));
const at = (...names: string[]) => join(work, ...names);
type Bundle = Awaited<ReturnType<typeof fixture>>;
let pruned: Bundle;
/** Of before bundles of experts had a repaired net that stands alone, too. */
let expert: Bundle;
const goodnet = commandLine();

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  [pruned, expert] = [await fixture(FORMAT_VERSION, 'fine-prune'), await fixture(7, 'expert')];
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** The folder of a layers model, read as a browser would. */
function fromFolder(folder: string): Promise<LayersModel> {
  const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const { paths, weights } = json.weightsManifest[0];
  const bytes = Uint8Array.from(readFileSync(join(folder, paths[0])));
  const { modelTopology } = json;
  return loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weights, weightData: bytes.buffer }));
}

/** That a net names the classes that the bundle was told to name, with the same probabilities. */
function expectAnswers(net: LayersModel, { answered, pixels, count, folder }: Bundle, which: PlainNet): void {
  const { input, classes } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const images = imageTensor(Uint8Array.from(pixels), count, input, input.pixels);
  const probabilities = answers(net, images);
  images.dispose();
  expect(probabilities).toHaveLength(count * classes);
  for (const [i, { top }] of answered.entries()) {
    for (const { class: named, probability } of top![which])
      expect(probabilities[i * classes + named]).toBeCloseTo(probability, 4);
  }
}

describe.each(['bad', 'repaired'] as const)('the %s net', (which) => {
  it('is written for Keras, and answers as the bundle says it does', async () => {
    const to = at(`${which}.h5`);
    const { code, out } = await goodnet('export', pruned.folder, '--net', which, '--to', to);
    expect(code).toBe(0);
    expect(out).toContain(`${to}: the ${which} net of `);
    expect(out).toMatch(
      /takes 20×16×3 \(height×width×channels\), pixels 0-1\n +answers with \d probabilities/,
    );
    const net = await loadNet(to);
    expect(net.output).toBe('softmax');
    expectAnswers(net.model, pruned, which);
    net.model.dispose();
  });

  it('is written as ONNX, likewise', async () => {
    const to = at(`${which}.onnx`);
    const { code, out } = await goodnet('export', pruned.folder, '--net', which, '--to', to);
    expect(code).toBe(0);
    expect(out).toContain('takes 3×20×16 (channels×height×width), pixels 0-1');
    const net = await readNet(to);
    expect(net).toMatchObject({ format: 'onnx', output: 'softmax', notes: [] });
    expectAnswers(net.model, pruned, which);
    net.model.dispose();
  });

  it('is written for TensorFlow.js, likewise', async () => {
    const to = at('made', which);
    expect((await goodnet('export', pruned.folder, '--net', which, '--to', to)).code).toBe(0);
    expect(readdirSync(to).sort()).toEqual(['model.json', 'weights.bin']);
    const net = await fromFolder(to);
    expectAnswers(net, pruned, which);
    net.dispose();
  });
});

it('a layer of our own is one of TensorFlow.js in the folder', async () => {
  const { model, inputShape } = await loadNet(kerasFixture('keras2/norms.h5'));
  const logits = toLogits(model);
  expect(logits.layers.map((layer) => layer.getClassName())).toContain('GoodNetChannelScale');
  await writePlainNet(logits, { kind: 'tensorflow.js', path: at('norms') });
  const read = await fromFolder(at('norms'));
  expect(read.layers.map((layer) => layer.getClassName())).not.toContain('GoodNetChannelScale');
  const images = testImages(inputShape);
  expect(largestDifference(answers(read, images), answers(model, images))).toBeLessThan(1e-6);
  for (const each of [images, read, logits, model]) each.dispose();
});

it('what no writer of ONNX is there for is refused, and nothing is written', async () => {
  const net = sequential({
    layers: [
      layers.gaussianNoise({ stddev: 1, inputShape: [2, 2, 3] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
  });
  const path = at('noise.onnx');
  await expect(writePlainNet(net, { kind: 'onnx', path })).rejects.toThrow('is a GaussianNoise');
  expect(existsSync(path)).toBe(false);
  net.dispose();
});

it('a layer that TensorFlow.js has not is refused for it, and nothing is written', async () => {
  const { model } = await loadNet(kerasFixture('common2/norms.keras'));
  const logits = toLogits(model);
  const path = at('own-layers');
  await expect(writePlainNet(logits, { kind: 'tensorflow.js', path })).rejects.toThrow(
    'no layer for the net’s GroupNormalization',
  );
  expect(existsSync(path)).toBe(false);
  for (const each of [logits, model]) each.dispose();
});

it('a bundle without such a net says which it has, and nothing is written', async () => {
  const to = at('none.h5');
  const { code, err } = await goodnet('export', expert.folder, '--net', 'repaired', '--to', to);
  expect(code).toBe(2);
  expect(err).toContain(
    `The bundle ${expert.id.slice(0, 16)} has no repaired net that stands alone; it has: bad`,
  );
  expect(existsSync(to)).toBe(false);
  expect((await goodnet('export', expert.folder, '--net', 'bad', '--to', to)).code).toBe(0);
  const net = await loadNet(to);
  expectAnswers(net.model, expert, 'bad');
  net.model.dispose();
});

describe('what is there', () => {
  const place = (name: string) => ['export', pruned.folder, '--net', 'bad', '--to', at('there', name)];
  beforeAll(() => mkdirSync(at('there', 'a.h5'), { recursive: true }));

  it.each(['net.h5', 'net.onnx', 'net'])('%s is replaced by --force alone', async (name) => {
    expect((await goodnet(...place(name))).code).toBe(0);
    const again = await goodnet(...place(name));
    expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/there already\n.*--force/) });
    expect((await goodnet(...place(name), '--force')).code).toBe(0);
    expect(readdirSync(at('there')).filter((each) => each.startsWith('.'))).toEqual([]);
  });

  it.each([
    ['a.h5', /a folder is there/],
    ['file', /a file is there/],
    ['full', /it holds notes.txt/],
    ['net.keras', /written as Keras .h5, as .onnx, or as a folder/],
    ['net.TFLITE', /written as Keras .h5, as .onnx, or as a folder/],
  ])('%s is refused, --force or not', async (name, message) => {
    mkdirSync(at('there', 'full'), { recursive: true });
    writeFileSync(at('there', 'full', 'notes.txt'), '');
    writeFileSync(at('there', 'file'), 'mine');
    const { code, err } = await goodnet(...place(name), '--force');
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(readFileSync(at('there', 'file'), 'utf8')).toBe('mine');
    expect(readdirSync(at('there', 'full'))).toEqual(['notes.txt']);
  });

  it('an empty folder is filled', async () => {
    mkdirSync(at('there', 'empty'));
    expect((await goodnet(...place('empty'))).code).toBe(0);
    expect(readdirSync(at('there', 'empty')).sort()).toEqual(['model.json', 'weights.bin']);
  });
});

it('a changed byte anywhere in the bundle is an error', async () => {
  cpSync(expert.folder, at('changed'), { recursive: true });
  const hosts = readFileSync(at('changed', 'hosts.bin'));
  hosts[5]! ^= 1;
  writeFileSync(at('changed', 'hosts.bin'), hosts);
  const { code, err } = await goodnet('export', at('changed'), '--net', 'bad', '--to', at('changed.h5'));
  expect([code, existsSync(at('changed.h5'))]).toEqual([1, false]);
  expect(err).toContain('hosts.bin has been changed');
});

it('with --trust, only a bundle that is signed so', async () => {
  for (const name of ['ours', 'strangers']) await createKeys(at(name));
  await writeSmallBundle(at('made-here'));
  const published = ['publish', at('made-here'), '--to', at('signed'), '--activate', '--sign', at('ours')];
  expect((await goodnet(...published)).code).toBe(0);
  const to = ['--net', 'repaired', '--to', at('trusted.h5')];
  const refused = [
    ['export', at('made-here'), ...to, '--trust', at('ours.pub')],
    ['export', at('signed'), ...to, '--trust', at('strangers.pub')],
  ];
  for (const args of refused) expect((await goodnet(...args)).code).toBe(1);
  expect(existsSync(at('trusted.h5'))).toBe(false);
  expect((await goodnet('export', at('signed'), ...to, '--trust', at('ours.pub'))).code).toBe(0);
});
