import { join } from 'node:path';
import { ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { inspectNet, loadNet } from '../../../models/keras';
import {
  brackets,
  calledOften,
  chain,
  claimingWeight,
  listedOften,
  nested,
  netOf,
  roundGroups,
  textOfBytes,
} from './hostile-nets';
import { OUTPUT, refusal, WEIGHTS } from './refusal';
import { type Entry, FLAT, functional, IMAGE, sequential, temporaryFolder, writeNet } from './write-net';

const folder = temporaryFolder();

let count = 0;
const open = (path: string) => loadNet(path).catch((thrown: unknown) => thrown as Error);

beforeAll(async () => {
  await ready;
  await startEngine({ engine: 'cpu' });
});

describe('nets that would hang or swell are refused', () => {
  it('nested models called 8 times at each of 13 levels, with and without a layer within', async () => {
    for (const isEmpty of [false, true]) {
      expect((await refusal(nested(13, 8, isEmpty))).message).toMatch(/more than 2500 layers/);
    }
    expect(await open(await netOf(folder, nested(2, 3)))).toMatchObject({ classes: 3 });
  });

  it.each([2600, 4900])('%i layers', async (length) => {
    expect((await refusal(chain(length))).message).toMatch(/more than 2500 layers/);
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
    // The way back through so long a chain overflows the stack, which `repair` would, too.
    for (const problem of (await inspectNet(path)).problems) expect(problem).toMatch(/can't be trained/);
  });

  it('a configuration of nothing but brackets', async () => {
    expect(await open(await brackets(folder, 6_000_000))).toMatchObject({
      message: expect.stringMatching(/config.json of the archive claims \d+ bytes/),
    });
    expect(await open(await brackets(folder, 3_000_000))).toMatchObject({
      message: expect.stringMatching(/more than 500000 lists and objects/),
    });
  });

  it('a layer that is called a hundred thousand times', async () => {
    expect((await refusal(calledOften(100_000))).message).toMatch(/more than 20000 connections/);
  });

  it('a text of bytes in the place of characters, and one character that is none', async () => {
    expect((await refusal(textOfBytes(400_000))).message).toContain('surprise="éé');
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
    for (const [from, to] of [
      ['/layers', '/layers/more'],
      ['/layers/dense', '/layers/dense/again'],
    ] as const) {
      expect(await open(await roundGroups(folder, from, to))).toMatchObject({
        message: expect.stringMatching(/are the same one/),
      });
    }
  });

  it('a weight that claims more than the file can hold', async () => {
    expect(await open(await claimingWeight(folder, 500_000_000))).toMatchObject({
      message: expect.stringMatching(/claims 6000000000 bytes/),
    });
  });

  it('one weight listed tens of thousands of times', async () => {
    expect(await open(await listedOften(folder))).toMatchObject({
      message: expect.stringMatching(/more than 10000 weights/),
    });
  });
});
