import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pinBundle } from '../../../build-repair/screen/pin';
import { storedCatalogue } from '../../../functions/catalogue/stored';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import type { Signer } from '../../../models/signing/keys';
import { type Seen, seenHere } from '../../../models/signing/seen';
import type { TrustedKeys } from '../../../models/signing/signatures';
import { readCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { folderFiles } from '../../../models/store/folder-files';
import { activate } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
import { s3Client, s3Files } from '../../../models/store/s3-files';
import { twoSmallBundles } from '../../functions/small-bundle';
import { hasS3Server, type S3Server, s3ServerHere } from '../../s3-server';
import { signersIn } from './signers';

const work = mkdtempSync(join(tmpdir(), 'goodnet-trusted-service-'));
const at = (...names: string[]) => join(work, ...names);
let old: { path: string; id: string };
let young: { path: string; id: string };
let ours: Signer;
let keys: TrustedKeys;
let server: S3Server | undefined;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  [old, young] = (await twoSmallBundles(work)) as [typeof old, typeof young];
  ({ ours, keys } = await signersIn(work));
  server = await s3ServerHere();
});
afterAll(async () => {
  await server?.close();
  rmSync(work, { recursive: true, force: true });
});

/** Loads what is current. @returns its id */
async function load(path: string, seen: Seen = seenHere()): Promise<string> {
  const goodnet = await GoodNet.load(path, { trust: keys, seen });
  goodnet.dispose();
  return goodnet.manifest.id;
}

const serialIn = async (files: Files) => (await readCurrent(files))!.signed!.serial;
const put = (files: Files, bytes: Uint8Array) => files.write('current.json', bytes, 'any');

describe.each([
  ['a folder', true, (): string => at('screened', 'faces'), folderFiles],
  [
    'S3',
    hasS3Server,
    (): string => 's3://goodnet/faces',
    (to: string) => s3Files(to, s3Client(server!.config)),
  ],
] as const)('screening by what is current in %s', (_where, isThere, address, open) => {
  it.skipIf(!isThere)('wants it signed, as loading does', async () => {
    const files = open(address());
    for (const { path } of [old, young]) await publish(path, files, { signer: ours });
    const trust = { keys, seen: seenHere() };
    await activate(files, old.id);
    await expect(pinBundle(address(), trust)).rejects.toThrow(/is not signed/);
    await expect(load(address())).rejects.toThrow(/is not signed/);
    await activate(files, old.id, { signer: ours });
    const pinned = await pinBundle(address(), trust);
    expect(pinned.manifest.id).toBe(old.id);
    await pinned.close();
    expect(await load(address())).toBe(old.id);
  });
});

describe('a stranger who may write a folder store', () => {
  it.each([
    [
      'the current bundle',
      /is not the bundle .* that is meant/,
      (store: string) => {
        const folderIn = ({ id }: { id: string }) => join(store, id.slice(0, 16));
        rmSync(folderIn(young), { recursive: true });
        cpSync(folderIn(old), folderIn(young), { recursive: true });
      },
    ],
    [
      'the store',
      /is not signed/,
      (store: string) => {
        rmSync(join(store, 'current.json'));
        cpSync(join(store, old.id.slice(0, 16)), store, { recursive: true });
      },
    ],
  ])('has nothing screened by what is put in the place of %s', async (what, why, put) => {
    const store = at(what, 'faces');
    const files = folderFiles(store);
    for (const { path } of [old, young]) await publish(path, files, { signer: ours });
    await activate(files, young.id, { signer: ours, seen: seenHere() });
    put(store);
    await expect(pinBundle(store, { keys, seen: seenHere() })).rejects.toThrow(why);
    await expect(load(store)).rejects.toThrow(why);
  });
});

describe('a service', () => {
  it('goes on with what is current, and tells once what is put in its place', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const files = folderFiles(at('serving'));
    for (const { path } of [old, young]) await publish(path, files, { signer: ours });
    await activate(files, old.id, { signer: ours });
    const first = readFileSync(at('serving', 'current.json'));
    await activate(files, young.id, { signer: ours });
    const said: string[] = [];
    const trust = { keys, seen: seenHere() };
    const catalogue = storedCatalogue(at('serving'), { trust, say: (line) => said.push(line) });
    const ask = () => catalogue.use(undefined, async ({ id }) => id);
    expect(await ask()).toBe(young.id);
    await put(files, first);
    for (let i = 0; i < 3; i++) {
      vi.setSystemTime(Date.now() + 2000);
      expect(await ask()).toBe(young.id);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(said).toEqual([expect.stringMatching(/the old one goes on: .*it has been put back/)]);
    await activate(files, old.id, { signer: ours });
    await vi.waitFor(async () => {
      vi.setSystemTime(Date.now() + 2000);
      expect(await ask()).toBe(old.id);
    });
    catalogue.close();
    vi.useRealTimers();
  });

  it('of several models knows what is current in each before it is asked', async () => {
    const root = at('several');
    const files = folderFiles(join(root, 'faces'));
    for (const { path } of [old, young]) await publish(path, files, { signer: ours });
    await activate(files, old.id, { signer: ours });
    const first = readFileSync(join(root, 'faces', 'current.json'));
    await activate(files, young.id, { signer: ours });
    const seen = seenHere();
    const catalogue = storedCatalogue(root, { trust: { keys, seen } });
    expect(await catalogue.names()).toEqual(['faces']);
    await vi.waitFor(
      async () => expect(await seen.newest(join(root, 'faces'))).toBe(await serialIn(files)),
      60_000,
    );
    await put(files, first);
    await expect(catalogue.use('faces', async ({ id }) => id)).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/it has been put back/) },
    });
    catalogue.close();
  });

  it('takes a bundle by itself where it is named, and none that lies in the place of a store', async () => {
    const root = at('models');
    mkdirSync(root);
    const files = folderFiles(join(root, 'faces'));
    await publish(old.path, files, { signer: ours });
    const bundle = join(root, 'faces', old.id.slice(0, 16));
    expect(await load(bundle)).toBe(old.id);

    const trust = { keys, seen: seenHere() };
    const open = (path: string) => storedCatalogue(path, { trust });
    const called = old.id.slice(0, 16);
    for (const [name, why] of [
      ['signs', /signs holds a bundle, and no current\.json: .* is not signed/],
      [called, /is a bundle by itself: .* is not signed/],
    ] as const) {
      cpSync(bundle, join(root, name), { recursive: true });
      await expect(open(root).use(name, async ({ id }) => id)).rejects.toMatchObject({
        cause: { message: expect.stringMatching(why) },
      });
    }
    // Laid beside current.json, a bundle says nothing; nor in the place of all models.
    await publish(young.path, files, { signer: ours });
    await activate(files, young.id, { signer: ours });
    cpSync(bundle, join(root, 'faces'), { recursive: true });
    expect(existsSync(join(root, 'faces', 'manifest.json'))).toBe(true);
    expect(await load(join(root, 'faces'))).toBe(young.id);
    const catalogue = open(root);
    const serve = () => catalogue.use('faces', async ({ id }) => id);
    expect(await serve()).toBe(young.id);
    vi.useFakeTimers({ toFake: ['Date'] });
    cpSync(bundle, root, { recursive: true });
    vi.setSystemTime(Date.now() + 5000);
    expect(await serve()).toBe(young.id);
    vi.useRealTimers();
    catalogue.close();
  });
});
