import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { inspectNet } from '../../../models/keras';
import { fixture } from './nets';
import { dense, type Entry, FLAT, IMAGE, sequential, temporaryFolder, writeNet } from './write-net';

const folder = temporaryFolder();

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
});

it('tells what a net is, and leaves no tensor behind', async () => {
  const before = tf.memory().numTensors;
  const net = await inspectNet(fixture('keras2/plain_trained.h5'));
  expect(net).toMatchObject({
    format: 'keras-h5',
    kerasVersion: '2.15.0',
    inputShape: [null, 8, 8, 3],
    classes: 4,
    output: 'softmax',
    dtype: 'float32',
    optimizer: true,
    problems: [],
    parameters: 3 * 3 * 3 * 4 + 4 + 36 * 4 + 4,
  });
  expect(net.layers.map(({ name, className, outputShape }) => [name, className, outputShape])).toEqual([
    [expect.stringContaining('input'), 'InputLayer', [null, 8, 8, 3]],
    ['conv', 'Conv2D', [null, 6, 6, 4]],
    ['pool', 'MaxPooling2D', [null, 3, 3, 4]],
    ['flat', 'Flatten', [null, 36]],
    ['output', 'Dense', [null, 4]],
  ]);
  expect(net.layers[1]!.weights[0]).toEqual({ name: 'conv/kernel:0', shape: [3, 3, 3, 4], dtype: 'float32' });
  expect(tf.memory().numTensors).toBe(before);
});

it('names the layers of nested models by their path, and the kinds of numbers in the file', async () => {
  const nested = await inspectNet(fixture('keras3/nested.keras'));
  const conv = nested.layers.find(({ name }) => name === 'middle/block/conv');
  expect(conv).toMatchObject({ className: 'Conv2D', outputShape: [null, 8, 8, 4], parameters: 148 });
  expect(conv?.weights[0]?.name).toBe('layers/functional/layers/sequential/layers/conv2d/vars/0');
  const repacked = await inspectNet(fixture('keras2/plain_repacked.h5'));
  expect(repacked).toMatchObject({ dtype: 'float16, float32, float64', optimizer: false, problems: [] });
});

it.each([
  ['LayerNormalization', { scale: false, center: false }],
  ['LayerNormalization', { scale: true, center: false }],
  ['LayerNormalization', { scale: false, center: true }],
  ['BatchNormalization', { scale: false, center: false }],
] as const)('%s can be trained without scale or shift: %j', async (className, options) => {
  const layer: Entry = [className, { name: 'norm', axis: [-1], ...options }];
  const OUTPUT: Entry = ['Dense', { name: 'output', units: 3, activation: 'softmax' }];
  const names = [
    ...(options.scale ? ['gamma'] : []),
    ...(options.center ? ['beta'] : []),
    ...(className === 'BatchNormalization' ? ['moving_mean', 'moving_variance'] : []),
  ];
  const norm = Object.fromEntries(
    names.map((name) => [name, { shape: [3], values: new Float32Array(3).fill(1) }]),
  );
  const path = join(folder, 'norm.h5');
  await writeNet(path, {
    config: sequential([IMAGE, layer, FLAT, OUTPUT]),
    weights: { ...(names.length > 0 && { norm }), output: dense(48, 3) },
  });
  expect((await inspectNet(path)).problems).toEqual([]);
});

it('lists weights without an architecture, in both layouts', async () => {
  const groups = await inspectNet(fixture('keras2/plain_weights.h5'));
  expect(groups).toMatchObject({
    format: 'weights-h5',
    parameters: 260,
    classes: undefined,
    inputShape: undefined,
  });
  expect(
    groups.layers.map(({ name, className, parameters }) => [name, className, parameters]),
  ).toContainEqual(['output', undefined, 148]);
  const tree = await inspectNet(fixture('keras3/plain.weights.h5'));
  expect(tree.parameters).toBe(260);
  expect(tree.problems).toEqual([expect.stringMatching(/weights only.*--architecture/s)]);
  const named = await inspectNet(fixture('keras3/plain.weights.h5'), {
    architecture: fixture('keras3/plain.json'),
  });
  expect(named).toMatchObject({ problems: [], classes: 4, output: 'softmax' });
});

it('tells every layer that stands in the way, not only the first', async () => {
  const config = sequential([
    IMAGE,
    ['Lambda', { name: 'code', function: 'x' }],
    ['GRU', { name: 'memory' }],
    FLAT,
    ['Dense', { name: 'output', units: 3 }],
  ]);
  const path = await writeNet(join(folder, 'odd.h5'), { config, weights: { output: dense(48, 3) } });
  const net = await inspectNet(path);
  expect(net.problems).toEqual([
    expect.stringContaining('"code" (Lambda)'),
    expect.stringContaining('"memory" (GRU)'),
  ]);
  expect(net.layers.map(({ className }) => className)).toEqual([
    'InputLayer',
    'Lambda',
    'GRU',
    'Flatten',
    'Dense',
  ]);
  expect(net).toMatchObject({ parameters: 147, inputShape: [null, 4, 4, 3] });
});

it('describes a net whose weights or configuration are spoilt', async () => {
  const config = sequential([IMAGE, FLAT, ['Dense', { name: 'output', units: 3 }]]);
  const path = await writeNet(join(folder, 'wrong.h5'), { config, weights: { output: dense(40, 3) } });
  const net = await inspectNet(path);
  expect(net.problems).toEqual([expect.stringContaining('should be (48, 3), but the file holds (40, 3)')]);
  expect(net.layers.at(-1)).toMatchObject({ className: 'Dense', parameters: 123, outputShape: undefined });
  expect(net.layers[1]!.outputShape).toEqual([null, 48]);
  const broken = await writeNet(join(folder, 'broken.h5'), {
    config: '{',
    weights: { output: dense(48, 3) },
  });
  expect(await inspectNet(broken)).toMatchObject({
    problems: [expect.stringContaining('not valid JSON')],
    layers: [{ name: 'output', parameters: 147 }],
  });
});

it.each([
  ['scaled', ['Rescaling', { name: 'odd', scale: 2 }]],
  ['repeated', ['RepeatVector', { name: 'odd', n: 2 }]],
] as const)('probabilities that are %s after the softmax are no answers of logits', async (name, odd) => {
  const path = join(folder, `${name}.h5`);
  const output = ['Dense', { name: 'output', units: 4, activation: 'softmax' }] as const;
  const config = sequential([IMAGE, FLAT, [...output], [...odd], ['Flatten', { name: 'end' }]]);
  await writeNet(path, { config, weights: { output: dense(48, 4) } });
  const { problems } = await inspectNet(path);
  expect(problems).toEqual([expect.stringMatching(/changes its probabilities after the softmax/)]);
});

it("of a layer that can't be used it is not said that its weights are of another net", async () => {
  const entries: Entry[] = [
    [
      'Conv2D',
      {
        name: 'odd',
        filters: 3,
        kernel_size: 1,
        activation: { class_name: 'PReLU', config: { name: 'act' } },
      },
    ],
    ['MultiHeadAttention', { name: 'odd' }],
  ];
  for (const entry of entries) {
    const path = await writeNet(join(folder, `${entry[0]}.h5`), {
      config: sequential([IMAGE, entry, FLAT, ['Dense', { name: 'output', units: 3 }]]),
      weights: { odd: { 'kernel:0': { shape: [1, 1, 3, 3] } }, output: dense(48, 3) },
    });
    const { problems } = await inspectNet(path);
    expect(problems).toEqual([expect.stringMatching(/^Layer "odd" \(/)]);
    expect(problems[0]).not.toContain('damaged');
  }
});

it('a layer with weights as activation is named, with what to do', async () => {
  const path = join(folder, 'Conv2D.h5');
  expect((await inspectNet(path)).problems[0]).toMatch(
    /has the layer PReLU as activation.*with PReLU as a layer behind it/,
  );
});

it('Infinity, which Python writes into JSON, is named, and no damage to the file', async () => {
  const config = JSON.stringify(sequential([IMAGE, ['ReLU', { name: 'odd', max_value: 'HERE' }], FLAT]));
  const path = await writeNet(join(folder, 'infinite.h5'), {
    config: config.replace('"HERE"', 'Infinity'),
    weights: { output: dense(48, 3) },
  });
  const { problems } = await inspectNet(path);
  expect(problems).toEqual([expect.stringMatching(/holds Infinity, which is no number of JSON/)]);
});
