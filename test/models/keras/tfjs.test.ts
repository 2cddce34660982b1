import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { netFiles } from '../../../models/bundle/artifacts';
import { startEngine } from '../../../models/engine';
import { type GoodNetError, NetError } from '../../../models/errors';
import { filesOf, inspectNet, loadNet } from '../../../models/net-files';
import { fixture } from './nets';

const work = mkdtempSync(join(tmpdir(), 'goodnet-tfjs-'));
beforeAll(async () => {
  await startEngine();
});
afterAll(() => rmSync(work, { recursive: true }));

/** Nested as Teachable Machine has its nets: a Sequential model of two. */
function net(): LayersModel {
  const images = { inputShape: [12, 10, 3] };
  // Left to chance, one net in fifty answers the same to everything: none of its few units is ever above 0.
  const kernelInitializer = initializers.glorotUniform({ seed: 1 });
  const features = sequential({ name: 'features' });
  features.add(
    layers.conv2d({
      ...images,
      kernelInitializer,
      filters: 4,
      kernelSize: 3,
      activation: 'relu',
      name: 'conv',
    }),
  );
  features.add(layers.batchNormalization({ name: 'norm' }));
  features.add(layers.globalAveragePooling2d({ name: 'pool' }));
  const classes = sequential({ name: 'classes' });
  classes.add(
    layers.dense({ inputShape: [4], units: 6, activation: 'relu', kernelInitializer, name: 'between' }),
  );
  classes.add(
    layers.dense({ units: 5, activation: 'softmax', useBias: false, kernelInitializer, name: 'answer' }),
  );
  const whole = sequential({ name: 'whole' });
  whole.add(features);
  whole.add(classes);
  return whole;
}

interface ModelJson {
  format?: string;
  modelTopology: object;
  weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
}

/** Writes a net as TensorFlow.js does, changed on the way. @returns the path of its model.json, and the net */
async function written(
  name: string,
  change: (json: ModelJson, weights: Buffer, folder: string) => void = () => {},
): Promise<{ path: string; model: LayersModel }> {
  const model = net();
  const [json, weights] = await netFiles(name, model);
  const folder = join(work, name);
  mkdirSync(folder);
  const parsed = JSON.parse(Buffer.from(json!.bytes).toString()) as ModelJson;
  const bytes = Buffer.from(weights!.bytes);
  writeFileSync(join(folder, 'weights.bin'), bytes);
  change(parsed, bytes, folder);
  const path = join(folder, 'model.json');
  writeFileSync(path, JSON.stringify(parsed));
  return { path, model };
}

/** How far a net's answers are from another's on the same images. */
async function apart(path: string, model: LayersModel): Promise<number> {
  const loaded = await loadNet(path);
  try {
    return tf.tidy(() => {
      const images = tf.randomUniform([7, 12, 10, 3], 0, 1, 'float32', 3);
      const [ours, theirs] = [loaded.model, model].map((each) => each.predict(images) as tf.Tensor);
      return tf.max(tf.abs(tf.sub(ours!, theirs!))).dataSync()[0]!;
    });
  } finally {
    loaded.model.dispose();
    model.dispose();
  }
}

async function refusal(path: string): Promise<GoodNetError> {
  const error = (await loadNet(path).catch((thrown: unknown) => thrown)) as GoodNetError;
  expect(error).toBeInstanceOf(NetError);
  return error;
}

describe('a net of TensorFlow.js', () => {
  test('answers as in TensorFlow.js, nested models and all', async () => {
    const { path, model } = await written('plain');
    expect(await apart(path, model)).toBeLessThan(1e-6);
  });

  test('is described: its format, layers and weights', async () => {
    const { path, model } = await written('described');
    const told = await inspectNet(path);
    expect(told).toMatchObject({ format: 'tfjs-layers', classes: 5, output: 'softmax', problems: [] });
    expect(told.parameters).toBe(model.countParams());
    expect(told.layers.map(({ name }) => name)).toContain('features/conv');
    model.dispose();
  });

  test('as the converter of Keras’s files wraps its layers', async () => {
    const { path, model } = await written('converted', (json) => {
      json.modelTopology = { keras_version: '2.15.0', model_config: json.modelTopology };
    });
    expect(await apart(path, model)).toBeLessThan(1e-6);
  });

  test('whose weights are cut into files, all of which are the net’s', async () => {
    const { path, model } = await written('shards', (json, bytes, folder) => {
      // Within a value, as the converter cuts.
      const cut = 1001 % bytes.length;
      mkdirSync(join(folder, 'parts'));
      writeFileSync(join(folder, 'parts/1.bin'), bytes.subarray(0, cut));
      writeFileSync(join(folder, '2.bin'), bytes.subarray(cut));
      json.weightsManifest[0]!.paths = ['parts/1.bin', '2.bin'];
    });
    const folder = dirname(path);
    expect(await filesOf(path)).toEqual([path, join(folder, 'parts/1.bin'), join(folder, '2.bin')]);
    expect(await apart(path, model)).toBeLessThan(1e-6);
  });

  test.each([
    ['uint8', 255],
    ['uint16', 65535],
  ] as const)('whose weights were quantized to %s', async (dtype, steps) => {
    const { path, model } = await written(`quantized-${dtype}`, (json, bytes, folder) => {
      const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      const packed: Buffer[] = [];
      let at = 0;
      for (const weight of json.weightsManifest[0]!.weights) {
        const values = all.subarray(at, at + tf.util.sizeFromShape(weight.shape));
        at += values.length;
        const [min, max] = [Math.min(...values), Math.max(...values)];
        const scale = (max - min) / steps || 1;
        const whole = Array.from(values, (value) => Math.round((value - min) / scale));
        packed.push(
          Buffer.from((dtype === 'uint8' ? Uint8Array.from(whole) : Uint16Array.from(whole)).buffer),
        );
        weight.quantization = { dtype, scale, min };
      }
      writeFileSync(join(folder, 'weights.bin'), Buffer.concat(packed));
    });
    const far = await apart(path, model);
    expect(far).toBeLessThan(dtype === 'uint8' ? 0.02 : 1e-4);
    // Not the values themselves: they were rounded.
    expect(far).toBeGreaterThan(0);
  });

  test('whose weights were quantized to float16', async () => {
    const { path, model } = await written('half', (json, bytes, folder) => {
      const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      // 1.5 and −0.25, whatever they were.
      const halves = Uint16Array.from(all, (value) => (value < 0 ? 0xb400 : 0x3e00));
      for (const weight of json.weightsManifest[0]!.weights) weight.quantization = { dtype: 'float16' };
      writeFileSync(join(folder, 'weights.bin'), Buffer.from(halves.buffer));
    });
    for (const variable of model.weights)
      variable.write(tf.tidy(() => tf.where(tf.less(variable.read(), 0), -0.25, 1.5)));
    expect(await apart(path, model)).toBeLessThan(1e-6);
  });
});

describe('a net of Keras that the converter of TensorFlow.js wrote', () => {
  const answers: number[][] = JSON.parse(readFileSync(fixture('tfjs/answers.json'), 'utf8'));
  const images = Float32Array.from({ length: 5 * 12 * 10 * 3 }, (_, i) => Math.fround(((7 * i) % 256) / 255));

  test.each([
    ['plain', 1e-6],
    ['float16', 1e-3],
    ['uint8', 0.02],
  ])('%s: answers as Keras does', async (name, most) => {
    const { model } = await loadNet(fixture(`tfjs/${name}/model.json`));
    const found = tf.tidy(() => model.predict(tf.tensor(images, [5, 12, 10, 3])) as tf.Tensor);
    const values = found.dataSync();
    tf.dispose(found);
    model.dispose();
    const apart = answers.flat().map((answer, i) => Math.abs(answer - values[i]!));
    expect(Math.max(...apart)).toBeLessThan(most);
  });
});

describe('a net of TensorFlow.js that can’t be read', () => {
  const drop = (json: ModelJson) => json.weightsManifest[0]!;

  test.each<[string, RegExp, Parameters<typeof written>[1]]>([
    ['a graph', /a TensorFlow\.js graph/, (json) => Object.assign(json, { format: 'graph-model' })],
    ['no layers', /no layers \(modelTopology\)/, (json) => Object.assign(json, { modelTopology: 'x' })],
    ['no manifest', /no weights \(weightsManifest\)/, (json) => Object.assign(json, { weightsManifest: {} })],
    ['gone', /"gone\.bin", which is not there/, (json) => Object.assign(drop(json), { paths: ['gone.bin'] })],
    [
      'outside',
      /at "\.\.\/plain\/weights\.bin", which is no place within/,
      (json) => Object.assign(drop(json), { paths: ['../plain/weights.bin'] }),
    ],
    [
      'linked',
      /"link\.bin", which is a link/,
      (json, _, folder) => {
        symlinkSync('weights.bin', join(folder, 'link.bin'));
        drop(json).paths = ['link.bin'];
      },
    ],
    [
      'listed twice',
      /"weights\.bin" twice/,
      (json) => Object.assign(drop(json), { paths: ['weights.bin', 'weights.bin'] }),
    ],
    [
      'cut short',
      /take \d+ bytes; \d+ are in weights\.bin/,
      (_, bytes, folder) => writeFileSync(join(folder, 'weights.bin'), bytes.subarray(1)),
    ],
    [
      'too long',
      /take \d+ bytes; \d+ are in weights\.bin/,
      (_, bytes, folder) => writeFileSync(join(folder, 'weights.bin'), Buffer.concat([bytes, bytes])),
    ],
    [
      'enormous',
      /nets of up to 2 GiB/,
      (json) => Object.assign(drop(json).weights[0]!, { shape: [1e9, 1e9, 1e9] }),
    ],
    ['no shape', /has no shape/, (json) => Object.assign(drop(json).weights[0]!, { shape: [-1] })],
    [
      'another kind of values',
      /of the kind "complex64"/,
      (json) => Object.assign(drop(json).weights[0]!, { dtype: 'complex64' }),
    ],
    [
      'quantized by nothing',
      /does not tell by which scale/,
      (json) => Object.assign(drop(json).weights[0]!, { quantization: { dtype: 'uint8' } }),
    ],
    [
      'of another net',
      /has weights for layer "stranger"/,
      (json) => Object.assign(drop(json).weights[0]!, { name: 'stranger/kernel' }),
    ],
  ])('%s', async (name, words, change) => {
    const { path, model } = await written(`refused-${name}`, change);
    model.dispose();
    const { message } = await refusal(path);
    expect(message).toMatch(words);
    expect(message.startsWith(path)).toBe(true);
  });

  test('leaves no tensor behind', async () => {
    const { path, model } = await written('behind', (json) =>
      Object.assign(drop(json).weights[0]!, { shape: [1] }),
    );
    model.dispose();
    const before = tf.memory().numTensors;
    await refusal(path);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a folder in its place says which file to give', async () => {
    const { path, model } = await written('folder');
    model.dispose();
    expect((await refusal(dirname(path))).hint).toBe(`Give the net itself: ${path}`);
    expect(readFileSync(path, 'utf8')).toContain('modelTopology');
  });
});
