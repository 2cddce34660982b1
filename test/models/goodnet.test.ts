import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GoodNet } from '../../models/goodnet';
import { ImageRejected } from '../../models/images/decode';
import { createKeys } from '../../models/signing/keys';
import { openSigner } from '../../models/signing/signer';
import { folderFiles } from '../../models/store/folder-files';
import { activate } from '../../models/store/move-pointer';
import { signInStore } from '../../models/store/publish';
import { shape, writeSmallBundle } from '../functions/small-bundle';

const work = mkdtempSync(join(tmpdir(), 'goodnet-class-'));
const store = join(work, 'store');
const [key, other] = [join(work, 'key'), join(work, 'other')];
let goodnet: GoodNet;

beforeAll(async () => {
  // What packs the bundle needs an engine; what loads it, below, starts its own (library.test.ts).
  const { startEngine } = await import('../../models/engine');
  await startEngine({ engine: 'wasm' });
  const id = await writeSmallBundle(store);
  await createKeys(key);
  await createKeys(other);
  const signer = await openSigner(key);
  await signInStore(folderFiles(store), id, signer);
  await activate(folderFiles(store), id, { signer }, true);
  goodnet = await GoodNet.load(store);
});
afterAll(() => {
  goodnet.dispose();
  rmSync(work, { recursive: true, force: true });
});

const picture = (grey: number, alpha = 1) =>
  sharp({ create: { ...shape, channels: 4, background: { r: grey, g: grey, b: 90, alpha } } })
    .png()
    .toBuffer();

describe('classify', () => {
  it('takes the bytes of one picture, of several, and pixels, and says the same of all', async () => {
    const files = [await picture(10), await picture(130), await picture(250)];
    const rows = await Promise.all(files.map((file) => sharp(file).removeAlpha().raw().toBuffer()));
    const each = await goodnet.classify(Uint8Array.from(Buffer.concat(rows)), 3);
    expect(await goodnet.classify(files)).toEqual(each);
    expect(await goodnet.classify(files[1]!)).toEqual(each[1]);
    expect(await goodnet.classify(Float32Array.from(rows[2]!))).toEqual(each[2]);
    expect(await goodnet.classify([files[0]!, Float32Array.from(rows[1]!), files[2]!])).toEqual(each);
    expect(await goodnet.classify([])).toEqual([]);
  });

  it('tells the most probable classes where they are asked for', async () => {
    const verdict = await goodnet.classify(await picture(10), { top: 2 });
    expect(verdict.top?.bad).toHaveLength(2);
    expect(await goodnet.classify(await picture(10))).not.toHaveProperty('top');
  });

  it('judges what is not opaque in every rendering', async () => {
    expect(await goodnet.classify(await picture(10, 0.3))).toHaveProperty('rendering');
  });

  it('says which picture can’t be read, and why', async () => {
    const files = [await picture(10), Buffer.from('no picture')];
    const failure = await goodnet.classify(files).catch((error) => error);
    expect(failure).toBeInstanceOf(ImageRejected);
    expect(failure).toMatchObject({ reason: 'unsupported-type', message: /^Picture 1 of 2: The image is / });
    await expect(goodnet.classify(new Uint8Array())).rejects.toMatchObject({ reason: 'empty' });
  });
});

describe('load', () => {
  it('trusts keys by their files', async () => {
    const { id } = goodnet.manifest;
    for (const trust of [`${key}.pub`, [`${other}.pub`, `${key}.pub`]]) {
      const loaded = await GoodNet.load(store, { trust });
      expect(loaded.manifest.id).toBe(id);
      loaded.dispose();
    }
    for (const trust of [[], `${other}.pub`])
      await expect(GoodNet.load(store, { trust })).rejects.toMatchObject({ name: 'BundleError' });
    await expect(GoodNet.load(store, { trust: '' })).rejects.toThrow('no public Ed25519 key');
  });

  it('gives its memory back once, where it is disposed of, and where it fails', async () => {
    const before = tf.memory().numTensors;
    {
      using loaded = await GoodNet.load(store);
      await loaded.classify(await picture(10));
      await loaded.classify(Buffer.from('no picture')).catch(() => {});
      loaded.dispose();
      await expect(loaded.classify(await picture(10))).rejects.toThrow('disposed of');
    }
    await GoodNet.load(join(work, 'nothing')).catch(() => {});
    expect(tf.memory().numTensors).toBe(before);
  });
});
