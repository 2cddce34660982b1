import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { OUTPUT, refusal } from './refusal';
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

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
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
    [['Dense', { name: 'output', units: 1 }], 1, /single output, and no sigmoid/],
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
