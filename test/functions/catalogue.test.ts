import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { storedCatalogue } from '../../functions/catalogue/stored';
import { startEngine } from '../../models/engine';
import { writeSmallBundle } from './small-bundle';

const work = mkdtempSync(join(tmpdir(), 'goodnet-catalogue-'));
const store = join(work, 'root', 'faces');
let id = '';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  id = await writeSmallBundle(store);
  cpSync(store, join(work, 'root', 'signs'), { recursive: true });
  mkdirSync(join(work, 'root', 'nothing'));
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const idOf = async (model: { id: string }) => model.id;

describe('the models of a path', () => {
  it('are one for a store or a bundle, called as the net was', async () => {
    for (const path of [store, join(store, id.slice(0, 16))]) {
      const catalogue = storedCatalogue(path);
      expect(await catalogue.names()).toEqual(['chain']);
      expect(await catalogue.use(undefined, idOf)).toBe(id);
      catalogue.close();
    }
  });

  it('are those of its folders, loaded when asked for and freed when closed', async () => {
    const before = tf.memory().numTensors;
    const catalogue = storedCatalogue(join(work, 'root'));
    expect(await catalogue.names()).toEqual(['faces', 'signs']);
    expect(tf.memory().numTensors).toBe(before);
    const [one, two] = await Promise.all([catalogue.use('faces', idOf), catalogue.use('faces', idOf)]);
    expect([one, two]).toEqual([id, id]);
    await expect(catalogue.use('nix', idOf)).rejects.toMatchObject({ problem: 'no-such-model' });
    await expect(catalogue.use(undefined, idOf)).rejects.toMatchObject({ problem: 'name-a-model' });
    catalogue.close();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('give way to one another where memory is short', async () => {
    const catalogue = storedCatalogue(join(work, 'root'), { maxBytes: 1 });
    await catalogue.use('faces', idOf);
    const one = tf.memory().numTensors;
    await catalogue.use('signs', idOf);
    expect(tf.memory().numTensors).toBe(one);
    catalogue.close();
  });

  it('refuse a path that is none', async () => {
    await expect(storedCatalogue(join(work, 'none')).names()).rejects.toThrow(/can't be read/);
    expect(await storedCatalogue(join(work, 'root', 'nothing')).names()).toEqual([]);
  });

  it('take up a new bundle beside the old one, which finishes what it does', async () => {
    const moving = join(work, 'moving');
    cpSync(store, moving, { recursive: true });
    const said: string[] = [];
    const catalogue = storedCatalogue(moving, { say: (line) => said.push(line) });
    const before = tf.memory().numTensors;
    let letGo = () => {};
    let began = () => {};
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const held = catalogue.use('chain', async (model) => {
      began();
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      return (await model.classify(new Uint8Array(360), 1)).length;
    });
    await begun;
    const one = tf.memory().numTensors - before;
    const beforeWriting = tf.memory().numTensors;
    const newer = await writeSmallBundle(moving, { seed: 2 });
    const written = tf.memory().numTensors - beforeWriting;
    expect(newer).not.toBe(id);
    await vi.waitFor(
      async () => {
        expect(await catalogue.use('chain', idOf)).toBe(newer);
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(said).toEqual([`chain: took up bundle ${newer.slice(0, 16)}`]);
    letGo();
    expect(await held).toBe(1);
    expect(tf.memory().numTensors - before - written).toBe(one);
    catalogue.close();
  });

  it('keep the old bundle where the new one is damaged', async () => {
    const damaged = join(work, 'damaged');
    cpSync(store, damaged, { recursive: true });
    const said: string[] = [];
    const catalogue = storedCatalogue(damaged, { say: (line) => said.push(line) });
    expect(await catalogue.use('chain', idOf)).toBe(id);
    const newer = await writeSmallBundle(damaged, { seed: 3 });
    const [file] = readdirSync(join(damaged, newer.slice(0, 16), 'bad'));
    appendFileSync(join(damaged, newer.slice(0, 16), 'bad', file!), 'x');
    await vi.waitFor(
      async () => {
        expect(await catalogue.use('chain', idOf)).toBe(id);
        expect(said.join()).toMatch(/the old one goes on/);
      },
      { timeout: 60_000, interval: 100 },
    );
    catalogue.close();
  });

  it('are not read anew for every request where they can not be loaded', async () => {
    const broken = join(work, 'broken');
    cpSync(store, broken, { recursive: true });
    const [file] = readdirSync(join(broken, id.slice(0, 16), 'bad'));
    appendFileSync(join(broken, id.slice(0, 16), 'bad', file!), 'x');
    const said: string[] = [];
    const catalogue = storedCatalogue(broken, { say: (line) => said.push(line) });
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (let i = 0; i < 5; i++)
        await expect(catalogue.use('chain', idOf)).rejects.toMatchObject({ problem: 'model-unusable' });
      expect(said).toHaveLength(1);
      cpSync(store, broken, { recursive: true });
      await expect(catalogue.use('chain', idOf)).rejects.toMatchObject({ problem: 'model-unusable' });
      vi.setSystemTime(Date.now() + 61_000);
      expect(await catalogue.use('chain', idOf)).toBe(id);
    } finally {
      vi.useRealTimers();
      catalogue.close();
    }
  });
});
