import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { NetError } from '../../../models/errors';
import { inspectNet, loadNet } from '../../../models/keras';
import {
  dense,
  type Entry,
  FLAT,
  functional,
  IMAGE,
  sequential,
  temporaryFolder,
  writeNet,
} from './write-net';

const folder = temporaryFolder();
const OUTPUT: Entry = ['Dense', { name: 'output', units: 3, activation: 'softmax' }];
const WEIGHTS = { output: dense(48, 3) };
let count = 0;

async function refusal(
  config: object | string,
  weights: object = WEIGHTS,
  version?: string,
): Promise<NetError> {
  const path = await writeNet(join(folder, `${count++}.h5`), { config, weights: weights as never, version });
  const before = tf.memory().numTensors;
  const error = await loadNet(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NetError);
  expect((error as NetError).message).toContain(path);
  expect(tf.memory().numTensors).toBe(before);
  const told = await inspectNet(path);
  expect(told.problems.length).toBeGreaterThan(0);
  expect(tf.memory().numTensors).toBe(before);
  return error as NetError;
}

/** A net with one more layer between image and output. */
function withLayer(className: string, options: Record<string, unknown> = {}): object {
  return sequential([IMAGE, [className, { name: 'odd', ...options }], FLAT, OUTPUT]);
}

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
});

describe('layers that are refused by name', () => {
  it('the net is read without the odd layer', async () => {
    const path = await writeNet(join(folder, 'fine.h5'), {
      config: sequential([IMAGE, FLAT, OUTPUT]),
      weights: WEIGHTS,
    });
    const net = await loadNet(path);
    expect(net).toMatchObject({ classes: 3, output: 'softmax', format: 'keras-h5', kerasVersion: '2.15.0' });
    net.model.dispose();
  });

  it('a Lambda layer, never executed', async () => {
    const code = ['4wEAAAAAAAAA', null, null];
    const error = await refusal(
      withLayer('Lambda', { function: { class_name: '__lambda__', config: { code } } }),
    );
    expect(error.message).toMatch(/Layer "odd" \(Lambda\) can't be used/);
    expect(error.hint).toMatch(/never executed/);
  });

  it('operations on tensors, and classes that GoodNet has not', async () => {
    expect((await refusal(withLayer('TFOpLambda', { function: 'math.add' }))).message).toContain(
      '"odd" (TFOpLambda)',
    );
    const error = await refusal(withLayer('LSTM', { units: 3 }));
    expect(error.message).toContain('"odd" (LSTM)');
    expect(error.hint).toContain('Conv2D');
  });

  it('classes made outside Keras, also under the name of one of Keras', async () => {
    const config = withLayer('Flatten') as { config: { layers: object[] } };
    Object.assign(config.config.layers[1]!, { module: 'my_package', registered_name: 'my_package>Flatten' });
    expect((await refusal(config)).message).toContain('my_package>Flatten');
    Object.assign(config.config.layers[1]!, { registered_name: null });
    expect((await refusal(config)).message).toContain('my_package.Flatten');
    expect((await refusal(withLayer('Custom>Odd'))).message).toContain('Custom>Odd');
  });

  it.each([
    ['Conv2D', { filters: 3, kernel_size: 1, data_format: 'channels_first' }, /data_format="channels_first"/],
    ['Conv2D', { filters: 3, kernel_size: 1, groups: 3 }, /groups=3/],
    ['Conv2D', { filters: 3, kernel_size: 1, padding: 'causal' }, /padding="causal"/],
    ['Conv2D', { filters: 3, kernel_size: 1, activation: 'exponential' }, /activation "exponential"/],
    ['Conv2D', { filters: 1e9, kernel_size: 1, surprise: 1 }, /surprise=1/],
    ['DepthwiseConv2D', { kernel_size: 2, dilation_rate: [2, 2] }, /dilation_rate=\[2,2\]/],
    ['Conv2DTranspose', { filters: 3, kernel_size: 2, strides: 2, output_padding: [1, 1] }, /output_padding/],
    ['BatchNormalization', { axis: [1] }, /axis 1/],
    ['BatchNormalization', { renorm: true }, /renorm=true/],
    ['LayerNormalization', { axis: [1, 2, 3] }, /axis 1,2,3/],
    ['UpSampling2D', { interpolation: 'bilinear' }, /interpolation="bilinear"/],
    ['Resizing', { height: 8, width: 8 }, /resizes its input/],
    ['ReLU', { max_value: 6, negative_slope: 0.1 }, /highest value and a negative slope/],
    ['ReLU', { threshold: 0.5 }, /threshold=0.5/],
    ['ELU', { alpha: 0.5 }, /alpha=0.5/],
    ['Softmax', { axis: 1 }, /axis 1/],
    ['Dropout', { rate: 0.5, noise_shape: [1, 2] }, /noise_shape/],
    ['Activation', { activation: { class_name: '__lambda__', config: {} } }, /function of its own/],
    [
      'Dense',
      { units: 3, dtype: { class_name: 'QuantizedDTypePolicy', config: { name: 'int8_from_float32' } } },
      /quantised/,
    ],
    ['Flatten', { data_format: 'channels_first' }, /channels_first/],
  ])('%s with %j', async (className, options, why) => {
    const norm = ['gamma:0', 'beta:0', ...(className.startsWith('Batch') ? ['mean:0', 'variance:0'] : [])];
    const odd = Object.fromEntries(norm.map((name) => [name, { shape: [4] }]));
    const error = await refusal(
      withLayer(className, options),
      className.endsWith('Normalization') ? { odd, ...WEIGHTS } : WEIGHTS,
    );
    expect(error.message).toMatch(why);
    expect(error.message).toContain(`"odd" (${className})`);
  });

  it('a layer called in training mode, by Keras 2', async () => {
    const config = functional(
      [
        [...IMAGE, []],
        ['Dropout', { name: 'drop', rate: 0.5 }, ['image']],
        [...FLAT, ['drop']],
        [...OUTPUT, ['flat']],
      ],
      { inputs: ['image'], outputs: ['output'] },
    ) as { config: { layers: { inbound_nodes: unknown }[] } };
    config.config.layers[1]!.inbound_nodes = [[['image', 0, 0, { training: true }]]];
    expect((await refusal(config)).message).toMatch(/"drop" \(Dropout\) is called with training=true/);
    config.config.layers[1]!.inbound_nodes = [[['image', 0, 0, { axis: 2 }]]];
    expect((await refusal(config)).message).toMatch(/"drop" \(Dropout\) is called with the argument "axis"/);
  });

  it('Keras 1: Theano’s order, per-batch statistics, merging by a function', async () => {
    const keras1 = (entry: Entry) => refusal(sequential([IMAGE, entry, FLAT, OUTPUT]), WEIGHTS, '1.2.2');
    const conv = { nb_filter: 3, nb_row: 1, nb_col: 1, dim_ordering: 'th', name: 'odd' };
    const th = await keras1(['Convolution2D', conv]);
    expect(th.message).toMatch(/"odd" \(Conv2D\).*channels_first/);
    expect(th.hint).toMatch(/channels last/);
    expect((await keras1(['BatchNormalization', { name: 'odd', mode: 2 }])).message).toMatch(/mode 2/);
    expect((await keras1(['Merge', { name: 'odd', mode: 'cos' }])).message).toMatch(/"cos"/);
    expect((await keras1(['Merge', { name: 'odd', mode: 'sum', mode_type: 'lambda' }])).message).toMatch(
      /"odd"/,
    );
  });
});

describe('nets of another kind', () => {
  it('several inputs or outputs', async () => {
    const second: Entry = ['InputLayer', { name: 'second', batch_input_shape: [null, 4, 4, 3] }];
    const layers = [
      [...IMAGE, []],
      [...second, []],
      ['Add', { name: 'add' }, ['image', 'second']],
      [...FLAT, ['add']],
      [...OUTPUT, ['flat']],
    ] as never;
    const two = await refusal(functional(layers, { inputs: ['image', 'second'], outputs: ['output'] }));
    expect(two.message).toContain('2 inputs and 1 outputs');
    const one = functional(layers, { inputs: ['image'], outputs: ['output', 'flat'] });
    expect((await refusal(one)).message).toContain('1 inputs and 2 outputs');
  });

  it.each([
    [[null, 48], /\(None, 48\), no image/],
    [[null, null, null, 3], /no fixed height and width/],
    [[null, 3, 4, 4], /1 or 3 channels/],
    [[null, 4, 4, 5], /1 or 3 channels/],
    [undefined, /does not tell the shape/],
  ])('an input of %j', async (batch_input_shape, why) => {
    const input: Entry = ['InputLayer', { name: 'image', batch_input_shape }];
    expect((await refusal(sequential([input, FLAT, OUTPUT]))).message).toMatch(why);
  });

  it.each([
    [['Dense', { name: 'output', units: 1, activation: 'sigmoid' }], 1, /single output/],
    [['Dense', { name: 'output', units: 3, activation: 'sigmoid' }], 3, /"output" ends in sigmoid/],
    [['Dense', { name: 'output', units: 3, activation: 'relu' }], 3, /"output" ends in relu/],
  ] as [Entry, number, RegExp][])('an output of %j', async (entry, units, why) => {
    expect((await refusal(sequential([IMAGE, FLAT, entry]), { output: dense(48, units) })).message).toMatch(
      why,
    );
  });

  it('an output that is no list of classes, or comes from merged answers', async () => {
    const map = await refusal(sequential([IMAGE, ['Softmax', { name: 'softmax' }]]), {});
    expect(map.message).toMatch(/output is \(None, 4, 4, 3\)/);
    const merged = functional(
      [
        [...IMAGE, []],
        [...FLAT, ['image']],
        ['Dense', { name: 'a', units: 3, activation: 'softmax' }, ['flat']],
        ['Dense', { name: 'b', units: 3, activation: 'softmax' }, ['flat']],
        ['Average', { name: 'both' }, ['a', 'b']],
      ],
      { inputs: ['image'], outputs: ['both'] },
    );
    const error = await refusal(merged, { a: dense(48, 3), b: dense(48, 3) });
    expect(error.message).toMatch(/"both" works on softmax outputs/);
  });

  it('a configuration that is none', async () => {
    expect((await refusal('{"class_name": "Sequential"')).message).toContain('not valid JSON');
    expect((await refusal({ class_name: 'MyModel', config: {} })).message).toContain('class MyModel');
    expect((await refusal({ class_name: 'Model', config: { name: 'own' } })).message).toContain(
      '"own" is a subclass',
    );
    expect((await refusal(sequential([]))).message).toContain('no layers');
    expect((await refusal(sequential([IMAGE, FLAT, FLAT, OUTPUT]))).message).toContain(
      'two layers of the name "flat"',
    );
  });
});

describe('files made to do harm', () => {
  it('a graph that runs in circles, or leads nowhere', async () => {
    const ends = { inputs: ['image'], outputs: ['output'] };
    const circle = functional(
      [
        [...IMAGE, []],
        [...FLAT, ['output']],
        [...OUTPUT, ['flat']],
      ],
      ends,
    );
    expect((await refusal(circle)).message).toMatch(/connections don't fit/);
    const nowhere = functional(
      [
        [...IMAGE, []],
        [...OUTPUT, ['flat']],
      ],
      ends,
    );
    expect((await refusal(nowhere)).message).toMatch(/connections don't fit/);
  });

  it('deep nesting, of JSON and of models', async () => {
    expect((await refusal(`${'['.repeat(5000)}${']'.repeat(5000)}`)).message).toMatch(/nested more than 100/);
    let inner = sequential([IMAGE, FLAT]) as { config: object };
    for (let i = 0; i < 20; i++)
      inner = sequential([['Sequential', { ...inner.config, name: `m${i}` }]]) as never;
    expect((await refusal(inner)).message).toMatch(/16 deep/);
  });

  it('names of JavaScript’s own objects', async () => {
    const config = sequential([
      IMAGE,
      ['Flatten', { name: '__proto__' }],
      ['Dense', { name: 'constructor', units: 2 }],
    ]);
    const path = await writeNet(join(folder, 'names.h5'), { config, weights: { constructor: dense(48, 2) } });
    const net = await loadNet(path);
    expect(net).toMatchObject({ classes: 2, output: 'logits' });
    net.model.dispose();
    const polluting = `{"class_name":"Sequential","config":{"layers":[],"__proto__":{"polluted":true}}}`;
    await refusal(polluting);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('sizes beyond reason', async () => {
    const huge = sequential([IMAGE, ['UpSampling2D', { name: 'up', size: [90000, 90000] }], FLAT, OUTPUT]);
    expect((await refusal(huge)).message).toMatch(/"up".*can't be built/);
    const units = await refusal(
      sequential([IMAGE, FLAT, ['Dense', { name: 'output', units: 2_000_000_000 }]]),
    );
    expect(units.message).toContain('should be (48, 2000000000), but the file holds (48, 3)');
  });
});
