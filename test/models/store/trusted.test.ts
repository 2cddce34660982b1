import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Signer } from '../../../models/signing/keys';
import { type Seen, seenHere } from '../../../models/signing/seen';
import type { TrustedKeys } from '../../../models/signing/signatures';
import { readCurrent, type Signed } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { findBundle } from '../../../models/store/find';
import { folderFiles } from '../../../models/store/folder-files';
import { activate, rollback } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
import { s3Client, s3Files } from '../../../models/store/s3-files';
import { hasS3Server, type S3Server, s3ServerHere } from '../../s3-server';
import { twoPlainBundles, writePlainBundle } from './plain-bundle';
import { signersIn } from './signers';

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
  [old, young] = (await twoPlainBundles(work)) as [typeof old, typeof young];
  ({ ours, strangers, keys } = await signersIn(work));
  server = await s3ServerHere();
});
afterAll(async () => {
  await server?.close();
  rmSync(work, { recursive: true, force: true });
});

/** Reads what is current, every file of it. @returns its id */
async function load(path: string, seen: Seen = seenHere()): Promise<string> {
  const bundle = await findBundle(path, { trust: { keys, seen } });
  return (await bundle.whole()).manifest.id;
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
      await expect(load(address)).rejects.toThrow(/current\.json is not signed$/);
      // Whoever trusts no key reads it as ever.
      expect((await (await findBundle(address)).whole()).manifest.id).toBe(old.id);
      await activate(files, old.id, { signer: ours });
      expect(await load(address)).toBe(old.id);

      const signs = open(address.replace(/faces$/, 'signs'));
      await publish(young.path, signs, { signer: ours });
      await activate(signs, young.id, { signer: ours });
      await put(files, (await signs.read('current.json'))!.bytes);
      await expect(load(address)).rejects.toThrow(/of the model "signs", not of "faces"/);
    });

    it('is refused where a stranger has signed it, or it was changed', async () => {
      await publish(old.path, files, { signer: strangers });
      await activate(files, old.id, { signer: strangers });
      await expect(load(address)).rejects.toThrow(
        /current\.json is signed by [0-9a-f]{16}, which is not trusted/,
      );
      await activate(files, old.id, { signer: ours });
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
      await activate(files, old.id, { signer: ours });
      const first = (await files.read('current.json'))!.bytes;
      expect(await load(address, seen)).toBe(old.id);
      await activate(files, young.id, { signer: ours });
      const serial = await serialIn(files);
      expect(await load(address, seen)).toBe(young.id);
      await put(files, first);
      await expect(load(address, seen)).rejects.toThrow(
        new RegExp(`older \\(serial \\d+\\) than .* \\(${serial}\\)`),
      );
      // The same bundle may be current again, with the next serial.
      await activate(files, old.id, { signer: ours });
      expect(await load(address, seen)).toBe(old.id);
      await activate(files, young.id, { signer: ours });
      expect(await rollback(files, { signer: ours })).toBe(old.id);
      expect(await load(address, seen)).toBe(old.id);
      expect(await serialIn(files)).toBeGreaterThan(serial);
    });

    it('can be made so anew where it was damaged, or removed, without its serial', async () => {
      const seen = seenHere();
      await activate(files, old.id, { signer: ours });
      await load(address, seen);
      await put(files, Buffer.from('{'));
      await activate(files, old.id, { signer: ours });
      expect(await load(address, seen)).toBe(old.id);
      await files.remove(['current.json']);
      await activate(files, old.id, { signer: ours });
      expect(await load(address, seen)).toBe(old.id);
    });

    it('is not made so without the key, nor of a bundle that the key has not signed', async () => {
      for (const { id } of [old, young]) await activate(files, id, { signer: ours });
      for (const change of [() => activate(files, old.id), () => rollback(files)])
        await expect(change()).rejects.toThrow(/is signed by [0-9a-f]{16}: readers that trust keys would/);
      await expect(activate(files, old.id, { signer: strangers })).rejects.toThrow(
        /which is not trusted here/,
      );
      expect((await readCurrent(files))!.bundle).toBe(young.id);
    });

    it('is not gone back from by the word of whoever may write there', async () => {
      await activate(files, young.id, { signer: ours });
      const { signed, ...said } = (await readCurrent(files))!;
      expect(said.before).toEqual([]);
      const forged = { format: 'goodnet-store', formatVersion: 1, bundle: young.id, before: [old.id] };
      for (const each of [forged, { ...forged, signed }]) {
        await put(files, Buffer.from(JSON.stringify(each)));
        await expect(rollback(files, { signer: ours })).rejects.toThrow(
          /is not signed|is not of what it says/,
        );
      }
    });
  });
});

describe('who signs', () => {
  const key = 'current.json';
  let files: Files;
  let seen: Seen;
  const signing = () => ({ signer: ours, seen });
  beforeEach(async () => {
    files = folderFiles(at(`signing-${stores++}`, 'faces'));
    seen = seenHere();
    for (const { path } of [old, young]) await publish(path, files, { signer: ours });
  });
  const bytesNow = async () => (await files.read(key))!.bytes;

  it('takes nobody else’s word for what was before, nor of another model', async () => {
    const cars = folderFiles(at(`signing-${stores++}`, 'cars'));
    await publish(old.path, cars, { signer: ours });
    await publish(young.path, cars, { signer: ours });
    for (const { id } of [old, young]) await activate(cars, id, { signer: ours, seen: seenHere() });
    await put(files, (await cars.read(key))!.bytes);
    await expect(rollback(files, signing())).rejects.toThrow(/of the model "cars", not of "faces"/);
    await activate(files, young.id, signing());
    expect((await readCurrent(files))!.before).toEqual([]);
  });

  it('goes back from nothing that was put back', async () => {
    await activate(files, old.id, signing());
    await activate(files, young.id, signing());
    const earlier = await bytesNow();
    await activate(files, old.id, signing());
    await put(files, earlier);
    await expect(rollback(files, signing())).rejects.toThrow(/it has been put back/);
    expect(await files.read(key)).toMatchObject({ bytes: Buffer.from(earlier) });
    // Nor does what was put back become what was before.
    const signed: Signed[] = [];
    await activate(files, old.id, { ...signing(), onSigned: (what) => signed.push(what) });
    expect((await readCurrent(files))!.before).toEqual([]);
    expect(signed).toEqual([{ keyId: ours.keyId, serial: await serialIn(files), isForgotten: true }]);
  });

  it('goes back to the last one alone, and makes current what can be loaded alone', async () => {
    const manifest = (id: string) => join(files.address, id.slice(0, 16), 'manifest.json');
    const weights = join(files.address, old.id.slice(0, 16), 'bad', 'weights.bin');
    for (const { id } of [young, old, young]) await activate(files, id, signing());
    const whole = readFileSync(weights);
    writeFileSync(weights, 'x');
    await expect(rollback(files, signing())).rejects.toThrow(/weights\.bin/);
    await expect(activate(files, old.id, signing())).rejects.toThrow(/The bundle is damaged/);
    writeFileSync(weights, whole);
    const third = await publishedThird();
    await activate(files, third, signing());
    rmSync(manifest(young.id));
    await expect(rollback(files, signing())).rejects.toThrow(/has been pruned$/);
    expect((await readCurrent(files))!.bundle).toBe(third);
  });

  async function publishedThird(): Promise<string> {
    const made = at(`third-${stores++}`);
    const id = await writePlainBundle(made, { seed: 3 });
    await publish(made, files, { signer: ours });
    return id;
  }

  it('is not kept from signing by signatures that others add, however many', async () => {
    const path = join(files.address, old.id.slice(0, 16), 'signatures.json');
    const told = JSON.parse(readFileSync(path, 'utf8'));
    const junk = (i: number) => ({ ...told.signatures[0], keyId: i.toString(16).padStart(16, '0') });
    writeFileSync(
      path,
      JSON.stringify({ ...told, signatures: Array.from({ length: 64 }, (_, i) => junk(i)) }),
    );
    await publish(old.path, files, { signer: ours });
    await activate(files, old.id, signing());
    expect(await load(files.address)).toBe(old.id);
  });

  it('writes a serial above all that it has seen, and none that others make up', async () => {
    await activate(files, old.id, signing());
    const { signed, ...said } = (await readCurrent(files))!;
    const ahead = { format: 'goodnet-store', formatVersion: 1, ...said, version: undefined };
    const serial = Date.now() + 86_000_000;
    await put(files, Buffer.from(JSON.stringify({ ...ahead, signed: { ...signed, serial } })));
    await activate(files, young.id, signing());
    expect(await serialIn(files)).toBeLessThan(serial);
    await seen.note(resolve(files.address), serial);
    await activate(files, young.id, signing());
    expect(await serialIn(files)).toBe(serial + 1);
  });

  it('goes on from what an earlier key has signed, where that is trusted', async () => {
    for (const { path } of [old, young]) await publish(path, files, { signer: strangers });
    await activate(files, old.id, signing());
    await activate(files, young.id, signing());
    expect(await rollback(files, { signer: strangers, trusted: keys, seen })).toBe(old.id);
    expect((await readCurrent(files))!.before).toEqual([young.id]);
  });

  it('signs no bundle under another’s name, nor one that nobody trusted has signed', async () => {
    const folder = at(`stored-${stores++}`, old.id.slice(0, 16));
    cpSync(young.path, folder, { recursive: true });
    await expect(publish(folder, files, { signer: ours })).rejects.toThrow(
      /is not the bundle .* that is meant/,
    );
    const trust = { keys, seen: seenHere() };
    await expect(publish(young.path, files, { signer: ours, trust })).rejects.toThrow(/is not signed/);
  });
});

describe('a stranger who may write a folder store', () => {
  let store: string;
  let files: Files;
  beforeEach(async () => {
    store = at(`strange-${stores++}`, 'faces');
    files = folderFiles(store);
    for (const { path } of [old, young]) await publish(path, files, { signer: ours });
    await activate(files, young.id, { signer: ours, seen: seenHere() });
  });
  const folderIn = ({ id }: { id: string }) => join(store, id.slice(0, 16));

  it('has nothing read in the place of the current bundle', async () => {
    rmSync(folderIn(young), { recursive: true });
    cpSync(folderIn(old), folderIn(young), { recursive: true });
    await expect(load(store)).rejects.toThrow(/is not the bundle .* that is meant/);
  });

  it('makes no bundle of a store', async () => {
    rmSync(join(store, 'current.json'));
    cpSync(folderIn(old), store, { recursive: true });
    await expect(load(store)).rejects.toThrow(/no current\.json: that it is the current one is not signed/);
    // Who names a bundle itself has chosen it.
    expect(await load(folderIn(young))).toBe(young.id);
  });

  it('has nobody wait for a pipe, or read what is larger than it can be', async () => {
    const hurts = [
      () => execFileSync('mkfifo', [join(store, 'current.json')]),
      () => writeFileSync(join(store, 'current.json'), Buffer.alloc(2 ** 17, 32)),
    ];
    for (const hurt of hurts) {
      rmSync(join(store, 'current.json'));
      hurt();
      await expect(load(store)).rejects.toThrow(
        /current\.json can't be read: it is (a named pipe|131072 bytes)/,
      );
      await activate(files, young.id, { signer: ours, seen: seenHere() });
      expect(await load(store)).toBe(young.id);
    }
    const signatures = join(folderIn(young), 'signatures.json');
    rmSync(signatures);
    execFileSync('mkfifo', [signatures]);
    await expect(load(store)).rejects.toThrow(/signatures\.json can't be read: it is a named pipe/);
    rmSync(signatures);
    writeFileSync(join(folderIn(young), 'bad', 'weights.bin'), Buffer.alloc(2 ** 20));
    await expect((await findBundle(store)).whole()).rejects.toThrow(
      /weights\.bin .*it is 1048576 bytes long/,
    );
  });

  it('adds no signature that does away with a valid one', async () => {
    const path = join(folderIn(young), 'signatures.json');
    const told = JSON.parse(readFileSync(path, 'utf8'));
    const wrong = { ...told.signatures[0], signature: Buffer.alloc(64).toString('base64') };
    writeFileSync(path, JSON.stringify({ ...told, signatures: [wrong, ...told.signatures] }));
    expect(await load(store)).toBe(young.id);
    const many = Array.from({ length: 60 }, (_, i) => ({
      ...wrong,
      keyId: i.toString(16).padStart(16, '0'),
    }));
    writeFileSync(path, JSON.stringify({ ...told, signatures: many }));
    await expect(load(store)).rejects.toThrow(/000003, 0{15}4 and others, which is not trusted here/);
  });
});
