import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { EARLIER } from '../../../../models/bundle/earlier';
import { FORMAT_VERSION } from '../../../../models/bundle/manifest';
import { openPasses } from '../../../../models/detector/open-passes';
import { onTensorFlow } from '../../../../models/detector/passes';
import { openReaders, type Readers } from '../../../../models/detector/readings';
import { startEngine } from '../../../../models/engine';
import { findOnnxRuntime, type OnnxRuntime } from '../../../../models/engine/onnx';
import { GoodNet } from '../../../../models/goodnet';
import { imageSize } from '../../../../models/images/set';
import { Random } from '../../../../models/random';
import { fixture, verdictsOf } from '../../../fixtures/bundles/fixtures';

const there = findOnnxRuntime() !== undefined;
if (!there) console.log('Skipped: npm run setup:native has not been run.');
let onnx: OnnxRuntime;

beforeAll(async () => {
  process.env.GOODNET_ENGINE = there ? 'onnx' : 'wasm';
  onnx = (await startEngine({ tensorflow: 'wasm' })).onnx!;
});

describe.skipIf(!there).each([...EARLIER.keys(), FORMAT_VERSION])('a bundle of format %i', (format) => {
  test.each(['expert', 'fine-prune'])(
    'of the method %s answers on ONNX Runtime as it did when it was made, and gives its memory back',
    async (method) => {
      const { folder, pixels, count, answered } = await fixture(format, method);
      const before = tf.memory().numTensors;
      const goodnet = await GoodNet.load(folder);
      expect(goodnet.withoutOnnx).toBeUndefined();
      // The nets lie in ONNX Runtime alone.
      expect(tf.memory().numTensors).toBe(before);
      expect(onnx.loaded).toBe(1);
      const verdicts = await goodnet.classify(pixels, count, 2);
      expect(verdictsOf(verdicts)).toEqual(verdictsOf(answered));
      verdicts.forEach(({ pValue, suspicion, repaired }, i) => {
        expect(pValue).toBeCloseTo(answered[i]!.pValue, 4);
        expect(suspicion).toBeCloseTo(answered[i]!.suspicion, 2);
        expect(repaired.probability).toBeCloseTo(answered[i]!.repaired.probability, 4);
      });
      goodnet.dispose();
      await new Promise(setImmediate);
      expect(onnx.loaded).toBe(0);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

test.skipIf(!there)('what is asked further, and whole batches, come out as on TensorFlow.js', async () => {
  const { folder } = await fixture(FORMAT_VERSION, 'expert');
  const goodnet = await GoodNet.load(folder);
  const others = await GoodNet.load(folder, { onTensorFlow: true });
  const random = new Random(3);
  const n = 70;
  const pixels = Float32Array.from({ length: n * imageSize(goodnet.shape) }, () => random.uniform(0, 255));
  const [here, there] = [await goodnet.classify(pixels, n, 3), await others.classify(pixels, n, 3)];
  // Of noise it is asked.
  expect(onnx.loaded).toBeGreaterThan(1);
  expect(verdictsOf(here)).toEqual(verdictsOf(there));
  here.forEach(({ suspicion, familiarity }, i) => {
    expect(Math.abs(suspicion - there[i]!.suspicion)).toBeLessThan(0.005);
    expect(familiarity).toBeCloseTo(there[i]!.familiarity!, 2);
  });
  goodnet.dispose();
  others.dispose();
  await new Promise(setImmediate);
  expect(onnx.loaded).toBe(0);
});

describe.skipIf(!there)('nets that it can’t run', () => {
  const shape = { height: 2, width: 2, channels: 1 };
  const further = { stem: false, latent: false, trunk: false };
  const netOf = (layer: tfl.layers.Layer) =>
    tfl.sequential({ layers: [tfl.layers.flatten({ inputShape: [2, 2, 1] }), layer] });
  const opened = (bad: tfl.LayersModel, readers: Readers) =>
    openPasses({
      nets: { shape, classes: 4, pixels: { kind: '0-1' }, bad },
      transplant: undefined,
      readers,
      further,
    });

  test('answer on TensorFlow.js, and it is said why', async () => {
    const before = tf.memory().numTensors;
    const passes = await opened(netOf(tfl.layers.gaussianNoise({ stddev: 1, name: 'noise' })), new Map());
    expect(passes.without).toBe(`ONNX Runtime can't run the nets: the layer "noise" is a GaussianNoise`);
    const { bad } = await passes.run(Uint8Array.of(0, 255, 51, 102), 1);
    [0, 1, 0.2, 0.4].forEach((value, i) => {
      expect(bad[i]).toBeCloseTo(value, 6);
    });
    passes.free();
    expect(tf.memory().numTensors).toBe(before);
    expect(onnx.loaded).toBe(0);
  });

  test('so does evidence that is computed there', async () => {
    const readers: Readers = new Map([['odd', { rows: ({ bad }) => tf.square(bad[0]!) }]]);
    const bad = netOf(tfl.layers.activation({ activation: 'linear' }));
    const passes = await opened(bad, new Map([...openReaders({} as never, {}), ...readers]));
    expect(passes.without).toMatch(/the evidence "odd" is read on TensorFlow\.js alone/);
    expect((await passes.run(Uint8Array.of(0, 255, 0, 51), 1)).rows.get('odd')![3]).toBeCloseTo(0.04, 6);
    passes.free();
  });
});

test.skipIf(!there)(
  'blue first, a mean and a deviation a colour: pixels come to the nets as they do on TensorFlow.js',
  async () => {
    const bad = () => tfl.sequential({ layers: [tfl.layers.flatten({ inputShape: [2, 2, 3] })] });
    const scalings = [
      { kind: 'mean-std', mean: [103.9, 116.8, 123.7], std: [1, 2, 3], order: 'bgr' },
      { kind: '-1-1' },
      { kind: '0-255', order: 'bgr' },
    ] as const;
    const images = Float32Array.from({ length: 24 }, (_, i) => (i * 37) % 256);
    for (const pixels of scalings) {
      const passed = () => ({
        nets: { shape: { height: 2, width: 2, channels: 3 }, classes: 12, pixels, bad: bad() },
        transplant: undefined,
        readers: new Map(),
        further: { stem: false, latent: false, trunk: false },
      });
      const passes = await openPasses(passed());
      const there = onTensorFlow(passed());
      const wanted = (await there.run(images, 2)).bad;
      const found = [(await passes.run(images, 2)).bad, await passes.viewer.logits(images, 2)];
      for (const each of found) {
        wanted.forEach((value, i) => {
          expect(each[i]).toBeCloseTo(value, 4);
        });
      }
      passes.free();
      there.free();
    }
  },
);
