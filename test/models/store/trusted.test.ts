import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pinBundle } from '../../../build-repair/screen/pin';
import { storedCatalogue } from '../../../functions/catalogue/stored';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import { createKeys, type Signer } from '../../../models/signing/keys';
import { nextSerial, signPointer } from '../../../models/signing/pointer';
import { type Seen, seenHere } from '../../../models/signing/seen';
import { openTrust, type TrustedKeys } from '../../../models/signing/signatures';
import { openSigner } from '../../../models/signing/signer';
import { readCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { folderFiles } from '../../../models/store/folder-files';
import { activate, rollback } from '../../../models/store/pointing';
import { publish } from '../../../models/store/publish';
import { s3Client, s3Files } from '../../../models/store/s3-files';
import { seenIn } from '../../../models/store/seen-file';
import { twoSmallBundles } from '../../functions/small-bundle';
import { hasS3Server, type S3Server, startS3Server } from '../../s3-server';

const work = mkdtempSync(join(tmpdir(), 'goodnet-trusted-'));
const at = (...names: string[]) => join(work, ...names);
let old: { path: string; id: string };
let young: { path: string; id: string };
let ours: Signer;
let strangers: Signer;
let keys: TrustedKeys;
let stores = 0;
let server: S3Server | undefined;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  [old, young] = (await twoSmallBundles(work)) as [typeof old, typeof young];
  for (const name of ['ours', 'strangers']) await createKeys(at(name));
  ours = await openSigner(at('ours'));
  strangers = await openSigner(at('strangers'));
  keys = await openTrust([at('ours.pub')]);
  if (hasS3Server) {
    server = await startS3Server();
    Object.assign(process.env, server.env);
  }
});
afterAll(async () => {
  await server?.close();
  rmSync(work, { recursive: true, force: true });
});

/** Loads what is current. @returns its id */
async function load(path: string, seen: Seen = seenHere()): Promise<string> {
  const goodnet = await GoodNet.load(path, { trusted: keys, seen });
  goodnet.dispose();
  return goodnet.manifest.id;
}

const serialIn = async (files: Files) => (await readCurrent(files))!.signed!.serial;
const put = (files: Files, bytes: Uint8Array) => files.write('current.json', bytes, 'any');

describe.each([
  ['a folder', true, () => at(`root-${stores++}`), folderFiles],
  [
    'S3',
    hasS3Server,
    () => `s3://goodnet/root-${stores++}`,
    (to: string) => s3Files(to, s3Client(server!.config)),
  ],
] as const)('what is current in %s, where keys are trusted', (_where, isThere, root, open) => {
  describe.skipIf(!isThere)('', () => {
    let address = '';
    let files: Files;
    beforeEach(async () => {
      address = `${root()}/faces`;
      files = open(address);
      for (const { path } of [old, young]) await publish(path, files, { signer: ours });
    });

    it('is wanted signed, and for this store', async () => {
      await activate(files, old.id);
      await expect(load(address)).rejects.toThrow(/current\.json is not signed: whoever may write there/);
      // Whoever trusts no key reads it as ever.
      (await GoodNet.load(address)).dispose();
      await activate(files, old.id, ours);
      expect(await load(address)).toBe(old.id);

      const signs = open(address.replace(/faces$/, 'signs'));
      await publish(young.path, signs, { signer: ours });
      await activate(signs, young.id, ours);
      await put(files, (await signs.read('current.json'))!.bytes);
      await expect(load(address)).rejects.toThrow(/of the model "signs", not of "faces"/);
    });

    it('is refused where a stranger has signed it, or it was changed', async () => {
      await publish(old.path, files, { signer: strangers });
      await activate(files, old.id, strangers);
      await expect(load(address)).rejects.toThrow(
        /current\.json is signed by [0-9a-f]{16}, which is not trusted/,
      );
      await activate(files, old.id, ours);
      const { signed, ...said } = JSON.parse(
        new TextDecoder().decode((await files.read('current.json'))!.bytes),
      );
      const changes = [
        { bundle: young.id },
        { before: [young.id] },
        { signed: { ...signed, serial: signed.serial + 1 } },
        { signed: { ...signed, model: 'signs' } },
      ];
      for (const change of changes) {
        await put(files, Buffer.from(JSON.stringify({ ...said, signed, ...change })));
        await expect(load(address)).rejects.toThrow(/that is not of what it says/);
      }
    });

    it('is refused where it is older than what was seen; each writing has a higher serial', async () => {
      const seen = seenHere();
      await activate(files, old.id, ours);
      const first = (await files.read('current.json'))!.bytes;
      expect(await load(address, seen)).toBe(old.id);
      await activate(files, young.id, ours);
      const serial = await serialIn(files);
      expect(await load(address, seen)).toBe(young.id);
      await put(files, first);
      await expect(load(address, seen)).rejects.toThrow(
        new RegExp(`older \\(serial \\d+\\) than .* \\(${serial}\\)`),
      );
      // The same bundle may be current again, with the next serial.
      await activate(files, old.id, ours);
      expect(await load(address, seen)).toBe(old.id);
      await activate(files, young.id, ours);
      expect(await rollback(files, ours)).toBe(old.id);
      expect(await load(address, seen)).toBe(old.id);
      expect(await serialIn(files)).toBeGreaterThan(serial);
    });

    it('can be made so anew where it was damaged, or removed, without its serial', async () => {
      const seen = seenHere();
      await activate(files, old.id, ours);
      await load(address, seen);
      await put(files, Buffer.from('{'));
      await activate(files, old.id, ours);
      expect(await load(address, seen)).toBe(old.id);
      await files.remove(['current.json']);
      await activate(files, old.id, ours);
      expect(await load(address, seen)).toBe(old.id);
    });

    it('is not made so without the key, nor of a bundle that the key has not signed', async () => {
      for (const { id } of [old, young]) await activate(files, id, ours);
      for (const change of [() => activate(files, old.id), () => rollback(files)])
        await expect(change()).rejects.toThrow(/is signed by [0-9a-f]{16}: readers that trust keys would/);
      await expect(activate(files, old.id, strangers)).rejects.toThrow(/which is not trusted here/);
      expect((await readCurrent(files))!.bundle).toBe(young.id);
    });

    it('is not gone back from by the word of whoever may write there', async () => {
      await activate(files, young.id, ours);
      const { signed, ...said } = (await readCurrent(files))!;
      expect(said.before).toEqual([]);
      const forged = { format: 'goodnet-store', formatVersion: 1, bundle: young.id, before: [old.id] };
      for (const each of [forged, { ...forged, signed }]) {
        await put(files, Buffer.from(JSON.stringify(each)));
        await expect(rollback(files, ours)).rejects.toThrow(/anybody's word/);
      }
    });

    it('is what screening works with', async () => {
      const trust = { keys, seen: seenHere() };
      await activate(files, old.id);
      await expect(pinBundle(address, trust)).rejects.toThrow(/is not signed/);
      await activate(files, old.id, ours);
      const pinned = await pinBundle(address, trust);
      expect(pinned.manifest.id).toBe(old.id);
      await pinned.close();
    });
  });
});

describe('serials', () => {
  const signedAt = async (serial: number, by: Signer) => {
    const pointer = { model: 'm', bundle: old.id, before: [], serial };
    return { ...pointer, signed: { model: 'm', serial, ...(await signPointer(pointer, by)) } };
  };
  const hour = 3_600_000;

  it('are the time, and one more where a clock was ahead', async () => {
    expect(nextSerial(undefined, ours, 5e12)).toBe(5e12);
    expect(nextSerial(await signedAt(4e12, ours), ours, 5e12)).toBe(5e12);
    expect(nextSerial(await signedAt(5e12 + hour, strangers), ours, 5e12)).toBe(5e12 + hour + 1);
    expect(nextSerial(await signedAt(6e12, ours), ours, 5e12)).toBe(6e12 + 1);
  });

  it("can't be used up by whoever has no key", async () => {
    expect(nextSerial(await signedAt(Number.MAX_SAFE_INTEGER, strangers), ours, 5e12)).toBe(5e12);
  });
});

describe('what was seen', () => {
  it('is known from one run to the next, and to two at once', async () => {
    const file = at('state', 'seen.json');
    const say = vi.fn();
    const [one, two] = [seenIn(file, say), seenIn(file, say)];
    expect(await Promise.all([one.note('a', 5), two.note('b', 7)])).toEqual([undefined, undefined]);
    expect(await seenIn(file, say).note('a', 4)).toBe(5);
    expect(await two.note('a', 6)).toBeUndefined();
    expect(await one.note('a', 5)).toBe(6);
    expect(await one.note('__proto__', 1)).toBeUndefined();
    expect(say).not.toHaveBeenCalled();
    writeFileSync(file, '{"format":');
    await expect(seenIn(file, say).note('a', 9)).rejects.toThrow(/seen\.json, .* is damaged/);
  });

  it('is known as long as the process lives where it can not be kept, which is told once', async () => {
    writeFileSync(at('in-the-way'), '');
    const say = vi.fn();
    const seen = seenIn(at('in-the-way', 'seen.json'), say);
    await seen.note('a', 5);
    await seen.note('a', 6);
    expect(await seen.note('a', 5)).toBe(6);
    expect(say.mock.calls).toEqual([[expect.stringMatching(/can't be kept for the next run/)]]);
  });
});

describe('a service', () => {
  it('goes on with what is current, and tells once what is put in its place', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const files = folderFiles(at('serving'));
    for (const { path } of [old, young]) await publish(path, files, { signer: ours });
    await activate(files, old.id, ours);
    const first = readFileSync(at('serving', 'current.json'));
    await activate(files, young.id, ours);
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
    await activate(files, old.id, ours);
    await vi.waitFor(async () => {
      vi.setSystemTime(Date.now() + 2000);
      expect(await ask()).toBe(old.id);
    }, 10_000);
    catalogue.close();
    vi.useRealTimers();
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
    cpSync(bundle, join(root, 'signs'), { recursive: true });
    await expect(open(root).use('signs', async ({ id }) => id)).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/signs is a bundle by itself: .* is not signed/) },
    });
    // Laid beside current.json, a bundle says nothing.
    await publish(young.path, files, { signer: ours });
    await activate(files, young.id, ours);
    cpSync(bundle, join(root, 'faces'), { recursive: true });
    expect(existsSync(join(root, 'faces', 'manifest.json'))).toBe(true);
    expect(await load(join(root, 'faces'))).toBe(young.id);
  });
});
