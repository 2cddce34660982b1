import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { File, type Group, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { inspectNet, loadNet } from '../../../models/keras';
import { folder, OUTPUT, refusal, WEIGHTS } from './refusal';
import { dense, type Entry, FLAT, functional, IMAGE, sequential, writeNet } from './write-net';

let count = 0;
const open = (path: string) => loadNet(path).catch((thrown: unknown) => thrown as Error);

beforeAll(async () => {
  await ready;
  await startEngine({ engine: 'cpu' });
});

/** A `.keras` archive with this configuration, and weights of no layer. */
function archive(config: string): string {
  const weights = new File(join(folder, 'weights.h5'), 'w');
  weights.create_group('layers');
  weights.close();
  const path = join(folder, `archive${count++}.keras`);
  const files = {
    'config.json': strToU8(config),
    'metadata.json': strToU8('{"keras_version": "3.3.0"}'),
    'model.weights.h5': readFileSync(join(folder, 'weights.h5')),
  };
  writeFileSync(path, zipSync(files));
  return path;
}

/** A model that calls the one before it so often, one call on the other. */
function nested(levels: number, calls: number, innermost: object[]): object {
  const input = {
    class_name: 'InputLayer',
    name: 'in',
    config: { name: 'in', batch_input_shape: [null, 4, 4, 3] },
  };
  let layers = innermost;
  let last = ['in', 0, 0] as unknown[];
  if (innermost.length > 0) last = ['relu', 0, 0];
  for (let level = 0; level < levels; level++) {
    const name = `level${level}`;
    const config = {
      name,
      layers: [{ ...input, inbound_nodes: [] }, ...layers],
      input_layers: [['in', 0, 0]],
      output_layers: [last],
    };
    const inbound_nodes = Array.from({ length: calls }, (_, i) => [
      [i === 0 ? 'in' : name, Math.max(0, i - 1), 0, {}],
    ]);
    layers = [{ class_name: 'Functional', name, config, inbound_nodes }];
    last = [name, calls - 1, 0];
  }
  return sequential([
    IMAGE,
    ['Functional', { ...(layers[0] as { config: object }).config, name: 'deep' }],
    FLAT,
    OUTPUT,
  ]);
}

describe('nets that would hang or swell are refused', () => {
  it('nested models called 8 times at each of 13 levels, with and without a layer within', async () => {
    const relu = {
      class_name: 'ReLU',
      name: 'relu',
      config: { name: 'relu' },
      inbound_nodes: [[['in', 0, 0, {}]]],
    };
    for (const innermost of [[relu], []]) {
      expect((await refusal(nested(13, 8, innermost))).message).toMatch(/more than 2500 layers/);
    }
    const path = await writeNet(join(folder, `nested${count++}.h5`), {
      config: nested(2, 3, [relu]),
      weights: WEIGHTS,
    });
    expect(await open(path)).toMatchObject({ classes: 3 });
  });

  it.each([2600, 4900])('%i layers', async (length) => {
    const relus = Array.from({ length }, (_, i): Entry => ['ReLU', { name: `relu${i}` }]);
    expect((await refusal(sequential([IMAGE, ...relus, FLAT, OUTPUT]))).message).toMatch(
      /more than 2500 layers/,
    );
  });

  it('but long chains are read, and layers that are added to themselves', async () => {
    const adds = Array.from({ length: 2400 }, (_, i): [...Entry, string[]] => {
      const before = i === 0 ? 'image' : `add${i - 1}`;
      return ['Add', { name: `add${i}` }, [before, before]];
    });
    const config = functional([[...IMAGE, []], ...adds, [...FLAT, ['add2399']], [...OUTPUT, ['flat']]], {
      inputs: ['image'],
      outputs: ['output'],
    });
    const path = await writeNet(join(folder, `long${count++}.h5`), { config, weights: WEIGHTS });
    expect(await open(path)).toMatchObject({ classes: 3 });
    expect((await inspectNet(path)).problems).toEqual([]);
  });

  it('a configuration of nothing but brackets', async () => {
    const text = `{"class_name": "Sequential", "config": [${'[],'.repeat(6_000_000)}[]]}`;
    expect(await open(archive(text))).toMatchObject({
      message: expect.stringMatching(/config.json of the archive claims \d+ bytes/),
    });
    const less = `{"class_name": "Sequential", "config": [${'[],'.repeat(3_000_000)}[]]}`;
    expect(await open(archive(less))).toMatchObject({
      message: expect.stringMatching(/more than 500000 lists and objects/),
    });
  });

  it('a layer that is called a hundred thousand times', async () => {
    const config = functional(
      [
        [...IMAGE, []],
        [...FLAT, ['image']],
        [...OUTPUT, ['flat']],
      ],
      { inputs: ['image'], outputs: ['output'] },
    ) as { config: { layers: { inbound_nodes: unknown }[] } };
    config.config.layers[1]!.inbound_nodes = Array.from({ length: 100_000 }, () => [['image', 0, 0, {}]]);
    expect((await refusal(config)).message).toMatch(/more than 20000 connections/);
  });

  it('a text of bytes in the place of characters, and one character that is none', async () => {
    // Each of the bytes begins a search to the end of it.
    const text = `${'é'.repeat(400_000)}€`;
    const config = sequential([IMAGE, FLAT, ['Dense', { name: 'output', units: 3, surprise: text }]]);
    const error = await refusal(config);
    expect(error.message).toContain('surprise="éé');
  });

  it('values of any length are not quoted whole', async () => {
    const layout = 'x'.repeat(1_000_000);
    const error = await refusal(
      sequential([IMAGE, ['Flatten', { name: 'flat', data_format: layout }], OUTPUT]),
    );
    expect(error.message.length).toBeLessThan(3000);
  });

  it.each([
    [{ nb_row: 3, nb_col: 3, kernel_size: [1, 1] }, 'kernel_size'],
    [{ nb_row: 1, nb_col: 1, filters: 4 }, 'filters'],
    [{ nb_row: 1, nb_col: 1, border_mode: 'same', padding: 'valid' }, 'padding'],
    [{ nb_row: 1, nb_col: 1, dim_ordering: 'tf', data_format: 'channels_first' }, 'data_format'],
  ])('Keras 1’s options beside Keras 2’s: %j', async (options, key) => {
    const conv: Entry = ['Convolution2D', { name: 'odd', nb_filter: 3, ...options }];
    const error = await refusal(sequential([IMAGE, conv, FLAT, OUTPUT]), WEIGHTS, '1.2.2');
    expect(error.message).toContain(`"odd" (Convolution2D) has two values for ${key}`);
  });

  it('groups that lead back to themselves', async () => {
    const config = sequential([IMAGE, FLAT, OUTPUT]);
    for (const links of [
      ['/layers', '/layers/more'],
      ['/layers/dense', '/layers/dense/again'],
    ]) {
      const path = join(folder, `round${count++}.h5`);
      const file = new File(path, 'w');
      file.create_attribute('model_config', JSON.stringify(config));
      const vars = file.create_group('layers').create_group('dense').create_group('vars') as Group;
      vars.create_dataset({ name: '0', data: new Float32Array(144), shape: [48, 3] });
      vars.create_dataset({ name: '1', data: new Float32Array(3) });
      file.create_hard_link(links[0]!, links[1]!.slice(1));
      file.create_hard_link(links[0]!, `${links[1]!.slice(1)}2`);
      file.close();
      expect(await open(path)).toMatchObject({ message: expect.stringMatching(/are the same one/) });
    }
  });

  it('a weight that claims more than the file can hold', async () => {
    const path = await writeNet(join(folder, `claims${count++}.h5`), {
      config: sequential([IMAGE, FLAT, OUTPUT]),
      weights: { output: dense(48, 3) },
    });
    const file = new File(path, 'a');
    const group = file.get('model_weights/output') as Group;
    group.delete_attribute('weight_names');
    group.create_attribute('weight_names', ['big', 'bias:0']);
    const rows = { name: 'big', data: new Float32Array(0), shape: [0, 3], maxshape: [null, 3] };
    group.create_dataset({ ...rows, chunks: [16, 3], compression: 'gzip' });
    (group.get('big') as unknown as { resize(shape: number[]): void }).resize([500_000_000, 3]);
    file.close();
    expect(await open(path)).toMatchObject({ message: expect.stringMatching(/claims 6000000000 bytes/) });
  });

  it('one weight listed tens of thousands of times', async () => {
    const path = await writeNet(join(folder, `listed${count++}.h5`), {
      config: sequential([IMAGE, FLAT, OUTPUT]),
      weights: { output: dense(48, 3) },
    });
    const file = new File(path, 'a');
    const root = file.get('model_weights') as Group;
    for (let i = 0; i < 60; i++)
      root.create_attribute(
        `layer_names${i}`,
        Array.from({ length: 500 }, () => 'output'),
      );
    root.delete_attribute('layer_names');
    file.close();
    expect(await open(path)).toMatchObject({ message: expect.stringMatching(/more than 10000 weights/) });
  });
});
