import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { strToU8, zipSync } from 'fflate';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { GoodNetError, NetError, UsageError } from '../../../models/errors';
import { architectures, inspectNet, loadNet } from '../../../models/keras';
import { fixture } from './nets';
import { dense, FLAT, IMAGE, sequential, temporaryFolder, type Weight, writeNet } from './write-net';

const folder = temporaryFolder();
const CONFIG = sequential([IMAGE, FLAT, ['Dense', { name: 'output', units: 3, activation: 'softmax' }]]);
let count = 0;

function fileOf(bytes: Uint8Array | string): string {
  const path = join(folder, `${count++}.bin`);
  writeFileSync(path, bytes);
  return path;
}

async function refusal(path: string, options = {}): Promise<GoodNetError> {
  const before = tf.memory().numTensors;
  const error = await loadNet(path, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GoodNetError);
  expect((error as GoodNetError).message).toContain(path);
  expect(tf.memory().numTensors).toBe(before);
  return error as GoodNetError;
}

beforeAll(async () => {
  await ready;
  await startEngine({ engine: 'cpu' });
});

describe('files that are no nets', () => {
  it('no file, an empty one, a folder, a SavedModel', async () => {
    expect((await refusal(join(folder, 'absent.h5'))).message).toContain('There is no such file');
    expect((await refusal(fileOf(''))).message).toContain('The file is empty');
    mkdirSync(join(folder, 'saved'));
    expect((await refusal(join(folder, 'saved'))).message).toContain('a folder');
    writeFileSync(join(folder, 'saved', 'saved_model.pb'), 'x');
    expect((await refusal(join(folder, 'saved'))).message).toContain('SavedModel');
  });

  it('neither HDF5 nor zip', async () => {
    const error = await refusal(fileOf('hello'));
    expect(error).toBeInstanceOf(NetError);
    expect(error.message).toContain('neither HDF5 nor a .keras archive');
    expect(error.hint).toContain('Git LFS');
  });

  it('HDF5 that holds something else', async () => {
    const path = join(folder, 'images.h5');
    const file = new File(path, 'w');
    file.create_dataset({ name: 'values', data: new Float32Array(4) });
    file.close();
    expect((await refusal(path)).message).toContain('no net of Keras (it holds: values)');
  });

  it.each(['keras2/plain_trained.h5', 'keras2/nested_chunked.h5'])('%s cut short anywhere', async (name) => {
    const bytes = readFileSync(fixture(name));
    for (const part of [0.1, 0.5, 0.9, 0.999]) {
      const path = fileOf(bytes);
      truncateSync(path, Math.floor(bytes.length * part));
      const error = await refusal(path);
      expect(error.message).toMatch(/is cut short: \d+ of its \d+ bytes are there/);
      await expect(inspectNet(path)).rejects.toThrow(/is cut short/);
    }
  });

  it('an archive cut short, or with bytes of another file in it', async () => {
    const bytes = readFileSync(fixture('keras2/convolutions.keras'));
    const path = fileOf(bytes.subarray(0, bytes.length - 300));
    expect((await refusal(path)).message).toMatch(/archive is damaged or cut short/);
    const spoilt = zipSync({
      'config.json': strToU8('{}'),
      'metadata.json': strToU8('{}'),
      'model.weights.h5': strToU8('not HDF5'),
    });
    expect((await refusal(fileOf(spoilt))).message).toContain('model.weights.h5 of the archive');
  });

  it('a zip of something else', async () => {
    expect((await refusal(fileOf(zipSync({ 'word.xml': strToU8('') })))).message).toContain(
      'a zip archive of one file',
    );
    const half = zipSync({ 'config.json': strToU8('{}'), 'metadata.json': strToU8('{}') });
    expect((await refusal(fileOf(half))).message).toContain('no model.weights.h5');
  });

  it('a zip that claims absurd sizes, before it unpacks them', async () => {
    const zip = zipSync(
      { 'config.json': new Uint8Array(100_000), 'metadata.json': strToU8('{}') },
      { level: 9 },
    );
    // The uncompressed size stands in the central directory at byte 24 of the file's entry.
    const view = new DataView(zip.buffer);
    const entry = zip.findIndex((_, i) => i + 4 <= zip.length && view.getUint32(i, true) === 0x02014b50);
    view.setUint32(entry + 24, 0x7fff_ffff, true);
    expect((await refusal(fileOf(zip))).message).toMatch(
      /config.json of the archive claims 2147483647 bytes/,
    );
  });

  it('a broken list of texts, over which the HDF5 library would never end', async () => {
    const bytes = Buffer.from(readFileSync(fixture('keras2/plain_trained.h5')));
    const name = bytes.indexOf('output/kernel:0');
    bytes.writeBigUInt64LE(0x9f_ffff_0000_0000n, name - 8);
    expect((await refusal(fileOf(bytes))).message).toContain('a list of texts in it is broken');
  });

  it('random damage is refused or harmless, never a crash', async () => {
    const bytes = readFileSync(fixture('keras2/plain_trained.h5'));
    for (let at = 8; at < bytes.length; at += 211) {
      const spoilt = Buffer.from(bytes);
      spoilt.fill(0xff, at, at + 16);
      const result = await loadNet(fileOf(spoilt)).catch((error: unknown) => error);
      if (result instanceof Error) expect(result, `at ${at}: ${result.stack}`).toBeInstanceOf(GoodNetError);
      else (result as { model: { dispose(): void } }).model.dispose();
    }
  });
});

describe('weights that do not fit', () => {
  const write = (weights: Record<string, Record<string, Weight>>, config: object | undefined = CONFIG) =>
    writeNet(join(folder, `${count++}.h5`), { config, weights });

  it('another shape, too few, too many, of another layer', async () => {
    const shape = await refusal(await write({ output: dense(40, 3) }));
    expect(shape.message).toContain(
      'weight "kernel" of layer "output" should be (48, 3), but the file holds (40, 3)',
    );
    const few = await refusal(await write({ output: { 'kernel:0': { shape: [48, 3] } } }));
    expect(few.message).toMatch(
      /"output" needs the weights kernel, bias, but the file holds kernel:0 \(48, 3\)/,
    );
    expect((await refusal(await write({}))).message).toContain('no weights for layer "output"');
    const extra = await refusal(await write({ output: dense(48, 3), more: dense(3, 3) }));
    expect(extra.message).toContain('weights for layer "more", which the net has not');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d', async (value) => {
    const values = new Float32Array(3);
    values[2] = value;
    const output = { 'kernel:0': { shape: [48, 3] }, 'bias:0': { shape: [3], values } };
    const error = await refusal(await write({ output }));
    expect(error.message).toContain(`weight "bias" of layer "output" holds ${value} (at 2 of 3)`);
  });

  it('numbers by names, whatever their order', async () => {
    const { 'kernel:0': kernel, 'bias:0': bias } = dense(48, 3) as Record<string, Weight>;
    const net = await loadNet(await write({ output: { 'bias:0': bias!, 'kernel:0': kernel! } }));
    net.model.dispose();
  });
});

describe('weights without an architecture', () => {
  const weights = fixture('keras2/plain_weights.h5');

  it('ask for one', async () => {
    const error = await refusal(weights);
    expect(error.message).toContain('weights only');
    expect(error.hint).toContain('--architecture: deepid');
    expect(architectures()).toEqual(['deepid']);
  });

  it('with one that there is not, is none, or is another’s', async () => {
    const absent = await refusal(weights, { architecture: 'vgg' });
    expect(absent).toBeInstanceOf(UsageError);
    expect(absent.message).toContain('no architecture "vgg"');
    expect((await refusal(weights, { architecture: fileOf('not JSON') })).message).toContain(
      'not valid JSON',
    );
    const other = await refusal(weights, { architecture: 'deepid' });
    expect(other.message).toMatch(/no weights for layer "conv_1".* and has weights for layer "conv"/);
    const numbered = await refusal(fixture('keras3/plain.weights.h5'), { architecture: 'deepid' });
    expect(numbered.message).toMatch(/no weights for layer "conv_2"|should be/);
  });

  it('or a whole model with one too many', async () => {
    const error = await refusal(fixture('keras2/norms.h5'), { architecture: 'deepid' });
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain('whole model');
    expect((await refusal(fixture('keras2/norms.h5'), { classes: 7 })).message).toContain(
      '6 classes apart, not 7',
    );
  });

  it('are matched by order where all names are others, as Keras does', async () => {
    const config = sequential([
      IMAGE,
      FLAT,
      ['Dense', { name: 'a', units: 5 }],
      ['Dense', { name: 'b', units: 3 }],
    ]);
    const architecture = fileOf(JSON.stringify(config));
    const path = join(folder, 'renamed.h5');
    await writeNet(path, { weights: { dense_7: dense(48, 5), dense_8: dense(5, 3) } });
    const net = await loadNet(path, { architecture });
    expect(net).toMatchObject({ format: 'weights-h5', classes: 3, output: 'logits' });
    net.model.dispose();
    await writeNet(path, { weights: { dense_7: dense(48, 5), dense_8: dense(6, 3) } });
    expect((await refusal(path, { architecture })).message).toMatch(/layer "b" should be \(5, 3\).*\(6, 3\)/);
  });

  it('deepid takes its classes from the file', async () => {
    const conv = (kernel: number[]) => ({ 'kernel:0': { shape: kernel }, 'bias:0': { shape: [kernel[3]!] } });
    const path = await writeNet(join(folder, 'deepid.h5'), {
      weights: {
        conv_1: conv([4, 4, 3, 20]),
        conv_2: conv([3, 3, 20, 40]),
        conv_3: conv([3, 3, 40, 60]),
        conv_4: conv([2, 2, 60, 80]),
        fc_1: dense(1200, 160),
        fc_2: dense(960, 160),
        output: dense(160, 11),
      },
    });
    const net = await loadNet(path, { architecture: 'deepid' });
    expect(net).toMatchObject({ classes: 11, inputShape: { height: 55, width: 47, channels: 3 } });
    net.model.dispose();
  });
});
