import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Signer } from '../../../models/signing/keys';
import { seenHere } from '../../../models/signing/seen';
import type { TrustedKeys } from '../../../models/signing/signatures';
import { isS3, modelOf, placeOf } from '../../../models/store/address';
import { folderOf, readableOrWhy } from '../../../models/store/bundles';
import { readStoreContents } from '../../../models/store/contents';
import { readCurrent, writeCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { findBundle } from '../../../models/store/find';
import { bundleWithId, manifestMeant, resolveBundle } from '../../../models/store/folder';
import { folderFiles } from '../../../models/store/folder-files';
import { openGivenSigning, openGivenTrust } from '../../../models/store/given-keys';
import { activate, pointAtSuccessor, rollback } from '../../../models/store/move-pointer';
import { filesOpener, openStoreFiles } from '../../../models/store/open-store-files';
import { prune } from '../../../models/store/prune';
import { publish } from '../../../models/store/publish';
import { seenIn } from '../../../models/store/seen-file';
import { openStore } from '../../../models/store/store';
import { writePlainBundle } from './plain-bundle';
import { signersIn } from './signers';

const work = mkdtempSync(join(tmpdir(), 'goodnet-contents-'));
const at = (...names: string[]) => join(work, ...names);
let made: { path: string; id: string }[] = [];
let ours: Signer;
let strangers: Signer;
let keys: TrustedKeys;
let store: string;
let files: Files;
let stores = 0;

beforeAll(async () => {
  for (const seed of [1, 2, 3, 4]) {
    const id = await writePlainBundle(at(`made-${seed}`), { seed });
    made.push({ path: at(`made-${seed}`, folderOf(id)), id });
  }
  made = made.sort((a, b) => (a.id < b.id ? -1 : 1));
  ({ ours, strangers, keys } = await signersIn(work));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));
beforeEach(() => {
  store = at(`store-${stores++}`, 'faces');
  files = folderFiles(store);
});

const idOf = (i: number) => made[i]!.id;
/** Publishes some of the bundles, the first an hour after the second and so on. */
async function published(which: readonly number[], signer?: Signer): Promise<void> {
  for (const [age, i] of which.entries()) {
    await publish(made[i]!.path, files, { signer });
    const when = 1_000_000 - 3600 * age;
    utimesSync(join(store, folderOf(idOf(i)), 'manifest.json'), when, when);
  }
}
const put = (text: string) => files.write('current.json', new TextEncoder().encode(text), 'any');
const signing = () => ({ signer: ours, seen: seenHere() });

describe('what a store holds', () => {
  it('is told bundle by bundle, the last that was published first', async () => {
    await published([2, 0, 1]);
    await activate(files, idOf(0));
    const { bundles, unreadable, current, damage } = await readStoreContents(files);
    expect(bundles.map(({ id, published }) => [id, published])).toEqual([
      [idOf(2), 1_000_000_000],
      [idOf(0), 996_400_000],
      [idOf(1), 992_800_000],
    ]);
    expect(bundles[1]).toEqual({
      id: idOf(0),
      name: 'plain',
      method: 'magnitude',
      alpha: 0.05,
      accuracy: 0.75,
      bytes: 19 + 18 + 24 + 23,
      isCurrent: true,
      published: 996_400_000,
      signers: [],
    });
    expect(bundles.map(({ isCurrent }) => isCurrent)).toEqual([false, true, false]);
    expect(current).toMatchObject({ bundle: idOf(0), before: [] });
    expect([unreadable, damage]).toEqual([[], undefined]);
    expect(Object.keys(await readStoreContents(files)).sort()).toEqual(['bundles', 'current', 'unreadable']);
  });

  it('is told with who has signed: as files claim, or those alone who are trusted', async () => {
    await published([0], strangers);
    await published([0], ours);
    const told = async (trust?: TrustedKeys) => {
      const { bundles, isCurrentVerified } = await readStoreContents(files, trust && { keys: trust });
      return [bundles[0]!.signers, isCurrentVerified];
    };
    expect(await told()).toEqual([[ours.keyId, strangers.keyId], undefined]);
    expect(await told(keys)).toEqual([[ours.keyId], false]);
    await activate(files, idOf(0), { ...signing(), signer: strangers });
    expect(await told(keys)).toEqual([[ours.keyId], false]);
    await activate(files, idOf(0), signing());
    expect(await told(keys)).toEqual([[ours.keyId], true]);
    // It is of this store alone.
    const other = folderFiles(at(`store-${stores++}`, 'signs'));
    await publish(made[0]!.path, other, { signer: ours });
    await other.write('current.json', (await files.read('current.json'))!.bytes, 'any');
    expect((await readStoreContents(other, { keys })).isCurrentVerified).toBe(false);
    writeFileSync(join(store, folderOf(idOf(0)), 'signatures.json'), '{');
    expect(await told(keys)).toEqual([undefined, true]);
  });

  it('is told with the serial that was seen, where what is current is older', async () => {
    await published([0], ours);
    await activate(files, idOf(0), signing());
    const serial = (await readCurrent(files))!.signed!.serial;
    const seen = seenHere();
    const told = async () => (await readStoreContents(files, { keys, seen })).seenSerial;
    expect(await told()).toBeUndefined();
    await seen.note(resolve(store), serial);
    expect(await told()).toBeUndefined();
    await seen.note(resolve(store), serial + 1);
    expect(await told()).toBe(serial + 1);
    // What has no serial is not older.
    await files.remove(['current.json']);
    await activate(files, idOf(0));
    expect(await told()).toBeUndefined();
  });

  it('that can not be read is told apart, with why', async () => {
    await published([0, 1]);
    const folder = folderOf(idOf(0));
    writeFileSync(
      join(store, folder, 'manifest.json'),
      readFileSync(join(store, folderOf(idOf(1)), 'manifest.json')),
    );
    const { bundles, unreadable } = await readStoreContents(files);
    expect(bundles.map(({ id }) => id)).toEqual([idOf(1)]);
    expect(unreadable).toMatchObject([{ folder, isCurrent: false, why: { kind: 'data' } }]);
    expect(unreadable[0]!.why.message).toBe(`${store}/${folder} holds another bundle, ${idOf(1)}`);
    expect(await readableOrWhy(files, '0'.repeat(16))).toBeUndefined();
  });

  it('is nothing that is called otherwise', async () => {
    await published([0]);
    for (const name of ['0123456789abcdeX', '0123456789abcdef0', 'x0123456789abcdef']) {
      mkdirSync(join(store, name));
      writeFileSync(join(store, name, 'manifest.json'), '{');
    }
    mkdirSync(join(store, '0123456789abcdef', 'deeper'), { recursive: true });
    writeFileSync(join(store, '0123456789abcdef', 'deeper', 'manifest.json'), '{');
    writeFileSync(join(store, '0123456789abcdef', 'manifest.json.old'), '{');
    const { bundles, unreadable } = await readStoreContents(files);
    expect([bundles.map(({ id }) => id), unreadable]).toEqual([[idOf(0)], []]);
  });
});

describe('the bundle that a path means', () => {
  it('is the folder itself, or the current one of a store, or the one with an id', async () => {
    await published([0, 1]);
    const [zero, one] = [0, 1].map((i) => join(store, folderOf(idOf(i)))) as [string, string];
    await activate(files, idOf(0));
    expect(await resolveBundle(store)).toEqual({ folder: zero, expectedId: idOf(0) });
    expect(await resolveBundle(one)).toEqual({ folder: one, expectedId: folderOf(idOf(1)) });
    expect(await bundleWithId(store, idOf(1))).toEqual({ folder: one, expectedId: idOf(1) });
    expect(await bundleWithId(one, idOf(1))).toEqual({ folder: one, expectedId: idOf(1) });
    const found = async (path: string, id?: string) => (await findBundle(path, { id })).manifest.id;
    expect([await found(store), await found(store, idOf(1)), await found(one)]).toEqual([
      idOf(0),
      idOf(1),
      idOf(1),
    ]);
    await expect(found(one, idOf(0))).rejects.toThrow(
      `${one} is not the bundle ${folderOf(idOf(0))} that is meant, but ${folderOf(idOf(1))}`,
    );
    await expect(found(work)).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
  });

  it('may be called anything where nobody is to be trusted', async () => {
    await published([0]);
    const copy = join(store, 'called otherwise');
    await publish(made[0]!.path, folderFiles(copy));
    const inside = join(copy, folderOf(idOf(0)));
    const named = join(store, 'a bundle');
    mkdirSync(named);
    for (const name of readdirSync(inside))
      if (name === 'manifest.json') writeFileSync(join(named, name), readFileSync(join(inside, name)));
    expect(await resolveBundle(named)).toEqual({ folder: named, expectedId: undefined });
    expect((await manifestMeant(await resolveBundle(named))).id).toBe(idOf(0));
    await expect(resolveBundle(named, { keys })).rejects.toMatchObject({ code: 'BUNDLE_UNTRUSTED' });
  });

  it('must be signed where keys are trusted', async () => {
    await published([0]);
    await activate(files, idOf(0));
    const trust = { keys, seen: seenHere() };
    const folder = join(store, folderOf(idOf(0)));
    await expect(findBundle(folder, { trust })).rejects.toThrow(`${folder} is not signed`);
    await publish(made[0]!.path, files, { signer: ours });
    expect((await findBundle(folder, { trust })).manifest.id).toBe(idOf(0));
    await expect(findBundle(store, { trust })).rejects.toThrow(/current\.json is not signed/);
    expect((await findBundle(store, { trust, id: idOf(0) })).manifest.id).toBe(idOf(0));
  });

  it('may lie in S3, where it is found by what opens stores', async () => {
    await published([0, 1], ours);
    await activate(files, idOf(1), signing());
    const opened: string[] = [];
    const open = async (address: string) => {
      opened.push(address);
      return { ...files, address: 's3://bucket/faces' };
    };
    const found = await findBundle('s3://bucket/faces', { open });
    expect([opened, found.manifest.id]).toEqual([['s3://bucket/faces'], idOf(1)]);
    expect((await found.whole()).read('bad/model.json').length).toBe(19);
    const trust = { keys, seen: seenHere() };
    expect((await findBundle('s3://bucket/faces', { open, trust })).manifest.id).toBe(idOf(1));
    expect((await findBundle('s3://bucket/faces', { open, trust, id: idOf(0) })).manifest.id).toBe(idOf(0));
    await files.remove([`${folderOf(idOf(0))}/signatures.json`]);
    await expect(findBundle('s3://bucket/faces', { open, trust, id: idOf(0) })).rejects.toThrow(
      `s3://bucket/faces/${folderOf(idOf(0))} is not signed`,
    );
    await expect(findBundle('s3://bucket/faces', { open, id: 'f'.repeat(64) })).rejects.toMatchObject({
      code: 'BUNDLE_NOT_FOUND',
      message: `s3://bucket/faces/${'f'.repeat(16)} holds no bundle: there is no manifest.json`,
    });
  });
});

describe('what is current', () => {
  it('is written for other versions to read, with the last twenty before it', async () => {
    await published([0]);
    expect(await writeCurrent(files, idOf(0), undefined)).toBe(true);
    expect(JSON.parse(readFileSync(join(store, 'current.json'), 'utf8'))).toEqual({
      format: 'goodnet-store',
      formatVersion: 1,
      bundle: idOf(0),
      before: [],
    });
    expect(readFileSync(join(store, 'current.json'), 'utf8')).toMatch(/\n$/);
    const id = (i: number) => i.toString(16).padStart(64, '0');
    for (let i = 0; i < 25; i++) await writeCurrent(files, id(i), await readCurrent(files));
    const { bundle, before } = (await readCurrent(files))!;
    expect(bundle).toBe(id(24));
    expect(before).toEqual(Array.from({ length: 20 }, (_, i) => id(23 - i)));
    // The same again is no other one before it; what was before is there once.
    await writeCurrent(files, id(24), await readCurrent(files));
    expect((await readCurrent(files))!.before).toEqual(before);
    await writeCurrent(files, id(20), await readCurrent(files));
    expect((await readCurrent(files))!.before.slice(0, 5)).toEqual([24, 23, 22, 21, 19].map(id));
  });

  it.each([
    ['', 'STORE_POINTER_DAMAGED', /is not JSON: it is damaged$/],
    ['{"format":"goodnet-store","formatVersion":1}', 'STORE_POINTER_DAMAGED', /is damaged: bundle: /],
    ['{"format":"else","formatVersion":2}', 'STORE_POINTER_DAMAGED', /is damaged: format: /],
    ['{"format":"goodnet-store","formatVersion":0}', 'STORE_POINTER_DAMAGED', /is damaged: formatVersion: /],
    ['{"format":"goodnet-store","formatVersion":2}', 'BUNDLE_FORMAT_UNKNOWN', /is of a newer format: /],
    [
      `{"format":"goodnet-store","formatVersion":1,"bundle":"${'a'.repeat(65)}"}`,
      'STORE_POINTER_DAMAGED',
      /bundle/,
    ],
    [
      `{"format":"goodnet-store","formatVersion":1,"bundle":"x${'a'.repeat(64)}"}`,
      'STORE_POINTER_DAMAGED',
      /bundle/,
    ],
    [
      `{"format":"goodnet-store","formatVersion":1,"bundle":"${'a'.repeat(64)}","before":["x"]}`,
      'STORE_POINTER_DAMAGED',
      /before\.0/,
    ],
    [
      `{"format":"goodnet-store","formatVersion":1,"bundle":"${'a'.repeat(64)}","signed":{}}`,
      'STORE_POINTER_DAMAGED',
      /signed\./,
    ],
  ])('is refused where it says %s', async (text, code, why) => {
    await published([0]);
    await put(text);
    await expect(readCurrent(files)).rejects.toMatchObject({ code, message: expect.stringMatching(why) });
    if (code === 'BUNDLE_FORMAT_UNKNOWN')
      await expect(activate(files, idOf(0))).rejects.toMatchObject({ code });
    else expect(await activate(files, idOf(0))).toBe(idOf(0));
  });

  it('says nothing of before where an earlier version left that out', async () => {
    await put(`{"format":"goodnet-store","formatVersion":1,"bundle":"${idOf(0)}"}`);
    const { version, ...said } = (await readCurrent(files))!;
    expect(said).toEqual({ bundle: idOf(0), before: [] });
    expect(version).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is what we wanted where our own writing was taken for somebody else’s', async () => {
    const deaf: Files = {
      ...files,
      write: async (...args) => {
        await files.write(...args);
        return false;
      },
    };
    const onSigned = vi.fn();
    expect(await writeCurrent(deaf, idOf(0), undefined, { ...signing(), onSigned })).toBe(true);
    expect(onSigned).toHaveBeenCalledTimes(1);
    // That of somebody else is not.
    const lost: Files = { ...files, write: async () => false };
    expect(await writeCurrent(lost, idOf(1), await readCurrent(files), { ...signing(), onSigned })).toBe(
      false,
    );
    await files.remove(['current.json']);
    expect(await writeCurrent(lost, idOf(1), undefined)).toBe(false);
    expect(onSigned).toHaveBeenCalledTimes(1);
  });

  it('tells who has signed it, and takes note of its serial', async () => {
    await published([0, 1], ours);
    const told = vi.fn();
    const with_ = { ...signing(), onSigned: told };
    await activate(files, idOf(0), with_);
    const { serial } = (await readCurrent(files))!.signed!;
    expect(Math.abs(serial - Date.now())).toBeLessThan(60_000);
    expect(await with_.seen.newest(resolve(store))).toBe(serial);
    expect(told).toHaveBeenLastCalledWith({ keyId: ours.keyId, serial, isForgotten: false });
    await activate(files, idOf(1), with_);
    expect((await readCurrent(files))!.before).toEqual([idOf(0)]);
    expect(told).toHaveBeenLastCalledWith(expect.objectContaining({ isForgotten: false }));
  });

  it('is given up on where others change it all the time', async () => {
    await published([0]);
    let writes = 0;
    const busy: Files = {
      ...files,
      write: async () => {
        writes++;
        return false;
      },
    };
    await expect(activate(busy, idOf(0))).rejects.toMatchObject({ code: 'STORE_BUSY', kind: 'environment' });
    expect(writes).toBe(8);
    writes = 0;
    await expect(
      publish(made[0]!.path, { ...busy, has: async () => true }, { signer: ours }),
    ).rejects.toMatchObject({
      code: 'STORE_BUSY',
    });
    expect(writes).toBe(8);
  });

  it('is not written again by who signs nothing, where it says so already', async () => {
    await published([0]);
    await activate(files, idOf(0));
    const before = await files.read('current.json');
    const write = vi.fn(files.write);
    expect(await activate({ ...files, write }, idOf(0))).toBe(idOf(0));
    expect(write).not.toHaveBeenCalled();
    expect(await files.read('current.json')).toEqual(before);
  });

  it('is not gone back from where nothing was before', async () => {
    await published([0]);
    await activate(files, idOf(0));
    await expect(rollback(files)).rejects.toThrow(`${store} has had no bundle before this one`);
  });

  it('gives way to the bundle that takes its place, and to no other', async () => {
    await published([0, 1, 2]);
    await activate(files, idOf(0));
    expect(await pointAtSuccessor(files, new Map([[idOf(1), idOf(2)]]))).toBeUndefined();
    expect((await readCurrent(files))!.bundle).toBe(idOf(0));
    expect(await pointAtSuccessor(files, new Map([[idOf(0), idOf(2)]]))).toBe(idOf(2));
    expect((await readCurrent(files))!.bundle).toBe(idOf(2));
    writeFileSync(join(store, folderOf(idOf(1)), 'bad', 'weights.bin'), 'x');
    await expect(pointAtSuccessor(files, new Map([[idOf(2), idOf(1)]]))).rejects.toThrow(/is damaged/);
    await expect(pointAtSuccessor(files, new Map([[idOf(2), idOf(0)]]), signing())).rejects.toThrow(
      /is not signed/,
    );
  });
});

describe('publishing', () => {
  it('tells how far it is, sends what is not there alone, and can be stopped', async () => {
    const told: [number, number][] = [];
    const write = vi.fn(files.write);
    const options = { progress: (done: number, total: number) => told.push([done, total]) };
    await publish(made[0]!.path, { ...files, write }, options);
    expect(told).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
    expect(write).toHaveBeenCalledTimes(5);
    expect(write.mock.calls.at(-1)![0]).toBe(`${folderOf(idOf(0))}/manifest.json`);
    write.mockClear();
    await publish(made[0]!.path, { ...files, write });
    expect(write.mock.calls.map(([key]) => key)).toEqual([`${folderOf(idOf(0))}/manifest.json`]);
    write.mockClear();
    const stopped = publish(made[1]!.path, { ...files, write }, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(write).not.toHaveBeenCalled();
  });

  it('takes signatures along, and adds to those that are there', async () => {
    const signed = folderFiles(at(`signed-${stores++}`));
    await publish(made[0]!.path, signed, { signer: ours });
    await publish(made[0]!.path, files, { signer: strangers });
    await publish(join(signed.address, folderOf(idOf(0))), files);
    const { bundles } = await readStoreContents(files);
    expect([...bundles[0]!.signers!].sort()).toEqual([ours.keyId, strangers.keyId].sort());
    const trust = { keys, seen: seenHere() };
    const elsewhere = folderFiles(at(`signed-${stores++}`));
    await expect(publish(made[0]!.path, elsewhere, { trust })).rejects.toThrow(/is not signed/);
    expect((await publish(join(signed.address, folderOf(idOf(0))), elsewhere, { trust })).id).toBe(idOf(0));
  });

  it('sends no manifest of another bundle that lies there by then', async () => {
    const from = at(`changing-${stores++}`, folderOf(idOf(0)));
    await publish(made[0]!.path, folderFiles(join(from, '..')));
    const changing: Files = {
      ...files,
      write: async (...args) => {
        writeFileSync(join(from, 'manifest.json'), readFileSync(join(made[1]!.path, 'manifest.json')));
        return await files.write(...args);
      },
    };
    await expect(publish(from, changing)).rejects.toThrow(`${from} was changed while it was published`);
    expect(await files.list('')).not.toContain(`${folderOf(idOf(0))}/manifest.json`);
  });

  it('begins nothing more once something has failed', async () => {
    const done: string[] = [];
    const failing: Files = {
      ...files,
      has: async () => false,
      write: async (key) => {
        done.push(key);
        throw new Error(`no room for ${key}`);
      },
    };
    await expect(publish(made[0]!.path, failing)).rejects.toThrow(/no room for .*\/bad\/model\.json/);
    expect(done.length).toBeLessThanOrEqual(4);
    expect(done.some((key) => key.endsWith('manifest.json'))).toBe(false);
  });
});

describe('pruning', () => {
  const left = async () =>
    (await readStoreContents(files)).bundles.map(({ id }) => made.findIndex((each) => each.id === id));

  it('keeps the current one, the one before it, and the last that is newer, then what was current earlier', async () => {
    // The first is the newest.
    await published([3, 0, 1, 2]);
    for (const i of [2, 1, 0]) await activate(files, idOf(i));
    expect(await prune(files, 4)).toEqual([]);
    expect(await prune(files, 3)).toEqual([idOf(2)]);
    expect(await left()).toEqual([3, 0, 1]);
    expect(await prune(files, 2)).toEqual([idOf(3)]);
    expect(await prune(files, 1)).toEqual([idOf(1)]);
    expect(await left()).toEqual([0]);
    expect(readdirSync(store).sort()).toEqual([folderOf(idOf(0)), 'current.json'].sort());
  });

  it('gives up what is older and was never current before what was, and what can not be read first', async () => {
    await published([0, 1, 2, 3]);
    for (const i of [2, 1, 0]) await activate(files, idOf(i));
    writeFileSync(join(store, folderOf(idOf(1)), 'manifest.json'), '{');
    // The third is older than the current one: it waits for nothing.
    expect(await prune(files, 3)).toEqual([folderOf(idOf(1))]);
    expect(await prune(files, 2)).toEqual([idOf(3)]);
    expect(await left()).toEqual([0, 2]);
  });

  it('removes a bundle’s manifest first', async () => {
    await published([0, 1]);
    await activate(files, idOf(0));
    const removed: (readonly string[])[] = [];
    const watched: Files = { ...files, remove: async (keys) => void removed.push(keys) };
    await prune(watched, 1);
    const folder = folderOf(idOf(1));
    expect(removed).toEqual([
      [`${folder}/manifest.json`],
      ['bad/model.json', 'bad/weights.bin', 'repaired/model.json', 'repaired/weights.bin'].map(
        (path) => `${folder}/${path}`,
      ),
    ]);
  });

  it('goes by what is current as it was signed, where keys are trusted', async () => {
    await published([0, 1], ours);
    await activate(files, idOf(0));
    await expect(prune(files, 1, { keys })).rejects.toThrow(/is not signed/);
    await activate(files, idOf(0), signing());
    expect(await prune(files, 1, { keys, seen: seenHere() })).toEqual([idOf(1)]);
  });
});

describe('a store that is opened', () => {
  it('does all of it', async () => {
    const opened = await openStore(store);
    expect(opened.address).toBe(store);
    const progress = vi.fn();
    expect((await opened.publish(made[0]!.path, { onProgress: progress })).id).toBe(idOf(0));
    expect(progress).toHaveBeenLastCalledWith(5, 5);
    expect((await opened.list()).current).toBeUndefined();
    for (const { path } of made) await opened.publish(path, { activate: true });
    expect((await opened.list()).current!.bundle).toBe(idOf(3));
    expect(await opened.activate(idOf(0).slice(0, 20))).toBe(idOf(0));
    expect(await opened.rollback()).toBe(idOf(3));
    expect((await opened.prune()).length).toBe(1);
    expect((await opened.list()).bundles.length).toBe(3);
    expect(await opened.signersOf(idOf(3))).toBeUndefined();
    await expect(opened.publish(made[0]!.path, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it('signs, and believes who is trusted', async () => {
    const signs = await openStore(store, { sign: at('ours'), trust: at('ours.pub') });
    await expect(signs.publish(made[0]!.path)).rejects.toThrow(/is not signed/);
    const signed = await openStore(store, { sign: at('ours') });
    await signed.publish(made[0]!.path, { activate: true });
    expect(await signed.signersOf(idOf(0))).toEqual([ours.keyId]);
    expect((await signs.list()).isCurrentVerified).toBe(true);
    expect((await signed.list()).isCurrentVerified).toBeUndefined();
    // Who has no key is told before anything is sent.
    const plain = await openStore(store);
    await expect(plain.publish(made[1]!.path, { activate: true })).rejects.toMatchObject({ kind: 'usage' });
    expect((await plain.list()).bundles.length).toBe(1);
    // Another who signs goes on from what is trusted.
    const others = await openStore(store, { sign: at('strangers'), trust: at('ours.pub') });
    await publish(made[0]!.path, files, { signer: strangers });
    await others.activate(idOf(0));
    expect((await readCurrent(files))!.signed!.keyId).toBe(strangers.keyId);
  });

  it('takes keys by their files, read already, or with what was seen', async () => {
    const trust = { keys, seen: seenHere() };
    expect(await openGivenTrust(undefined)).toBeUndefined();
    for (const given of [at('ours.pub'), [at('ours.pub')], keys])
      expect([...(await openGivenTrust(given))!.keys.keys()]).toEqual([ours.keyId]);
    expect([...(await openGivenTrust([]))!.keys.keys()]).toEqual([]);
    expect(await openGivenTrust(trust)).toBe(trust);
    expect(await openGivenSigning(undefined)).toBeUndefined();
    expect((await openGivenSigning(at('ours')))!.signer.keyId).toBe(ours.keyId);
    expect(await openGivenSigning(ours)).toEqual({ signer: ours });
    const given = { signer: ours, seen: seenHere() };
    expect(await openGivenSigning(given)).toBe(given);
  });

  it('is a folder, or in S3, with one client for all', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1');
    const open = filesOpener();
    expect((await open(store)).address).toBe(store);
    expect((await open('s3://bucket/a')).address).toBe('s3://bucket/a');
    expect((await openStoreFiles('s3://bucket/a')).address).toBe('s3://bucket/a');
    await expect(open('s3://')).rejects.toMatchObject({ kind: 'usage' });
    vi.unstubAllEnvs();
  });

  it('is called by the last part of its address, however that is written', () => {
    expect([isS3('s3://bucket/a'), isS3('a/s3://b'), isS3('/s3')]).toEqual([true, false, false]);
    expect(placeOf('s3://bucket/a/b//')).toBe('s3://bucket/a/b');
    expect(placeOf('a/../b/')).toBe(resolve('b'));
    expect([modelOf('s3://bucket/faces/'), modelOf('/models/faces/'), modelOf('s3://bucket')]).toEqual([
      'faces',
      'faces',
      'bucket',
    ]);
  });
});

describe('what was seen, kept in a file', () => {
  const say = vi.fn();
  beforeEach(() => say.mockClear());

  it('is told store by store, at least what counts from the beginning', async () => {
    const file = at(`seen-${stores++}`, 'seen.json');
    const seen = seenIn(file, say);
    expect(await seen.newest('a')).toBeUndefined();
    expect(await seen.note('a', 5)).toBeUndefined();
    expect([await seen.newest('a'), await seen.newest('b')]).toEqual([5, undefined]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      format: 'goodnet-seen',
      formatVersion: 1,
      stores: { a: 5 },
    });
    expect(readFileSync(file, 'utf8')).toMatch(/\n$/);
    const later = seenIn(file, say, 3);
    expect([await later.newest('a'), await later.newest('b')]).toEqual([5, 3]);
    expect([await later.note('b', 2), await later.note('a', 4), await later.note('a', 5)]).toEqual([
      3,
      5,
      undefined,
    ]);
    expect(await later.newest('toString')).toBe(3);
    expect(say).not.toHaveBeenCalled();
  });

  it('is not written again where it is known, and tried eight times where others write', async () => {
    const file = at(`seen-${stores++}`, 'seen.json');
    await seenIn(file, say).note('a', 5);
    utimesSync(file, 1000, 1000);
    const before = readFileSync(file);
    expect(await seenIn(file, say).note('a', 5)).toBeUndefined();
    expect(readFileSync(file)).toEqual(before);
    expect((await folderFiles(join(file, '..')).modified('seen.json'))!).toBe(1_000_000);
  });

  it.each([
    '{',
    '{}',
    '{"format":"goodnet-seen","formatVersion":2,"stores":{}}',
    '{"format":"x","formatVersion":1,"stores":{}}',
    '{"format":"goodnet-seen","formatVersion":1,"stores":{"a":"5"}}',
  ])('is known to nobody where the file says %s', async (text) => {
    const file = at(`seen-${stores++}`, 'seen.json');
    mkdirSync(join(file, '..'));
    writeFileSync(file, text);
    for (const ask of [() => seenIn(file, say).note('a', 1), () => seenIn(file, say).newest('a')])
      await expect(ask()).rejects.toMatchObject({
        kind: 'data',
        message: expect.stringMatching(/is damaged$/),
      });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('is known to nobody where it is no file', async () => {
    const file = at(`seen-${stores++}`, 'seen.json');
    mkdirSync(file, { recursive: true });
    await expect(seenIn(file, say).note('a', 1)).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(/seen\.json, which tells what was current before, can't be read: /),
    });
  });
});

describe('files in a folder', () => {
  const text = (of: string) => new TextEncoder().encode(of);

  it('are listed in order, without those that are being written', async () => {
    for (const key of ['b/2', 'b/1', 'a', 'c/d/e', '.incoming-x/file', 'b/.incoming-y'])
      await files.write(key, text(key), 'any');
    expect(await files.list('')).toEqual(['a', 'b/1', 'b/2', 'c/d/e']);
    expect(await files.list('b/')).toEqual(['b/1', 'b/2']);
    expect(await files.folders()).toEqual(['.incoming-x', 'b', 'c']);
    expect(await folderFiles(join(store, 'none')).list('')).toEqual([]);
    expect(await folderFiles(join(store, 'none')).folders()).toEqual([]);
    expect(await files.read('a/below a file')).toBeUndefined();
  });

  it('are no folder, and no longer than is asked for', async () => {
    await files.write('a/b', text('one'), 'any');
    await expect(files.read('a')).rejects.toThrow(`${join(store, 'a')} can't be read: it is a folder`);
    expect((await files.read('a/b', { maxBytes: 3 }))!.bytes.length).toBe(3);
    await expect(files.read('a/b', { maxBytes: 2 })).rejects.toThrow(
      /a\/b can't be read: it is 3 bytes long/,
    );
    expect(await files.has('a', { bytes: 4096, sha256: '' })).toBe(false);
  });

  it('leave folders that hold something when one of them is removed', async () => {
    for (const key of ['a/b/c', 'a/d']) await files.write(key, text(key), 'any');
    await files.remove(['a/b/c', 'none/at all']);
    expect(readdirSync(join(store, 'a'))).toEqual(['d']);
    await files.remove(['a/d']);
    expect(readdirSync(store)).toEqual([]);
  });

  it('that another run has locked are waited for, unless it was killed', async () => {
    await files.write('a', text('one'), 'new');
    expect(readdirSync(store)).toEqual(['a']);
    const lock = join(store, 'a.lock');
    for (const away of [-11, 11]) {
      writeFileSync(lock, '');
      utimesSync(lock, Date.now() / 1000 + away, Date.now() / 1000 + away);
      expect(await files.write('a', text('two'), 'new')).toBe(false);
    }
    writeFileSync(lock, '');
    let isDone = false;
    const writing = files.write('a', text('two'), 'new').then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isDone).toBe(false);
    rmSync(lock);
    await writing;
    expect(readdirSync(store)).toEqual(['a']);
  });

  it('are written on a condition by one of many at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, (_, i) => files.write('a', text(`${i}`), 'new')));
    expect(all.filter(Boolean).length).toBe(1);
  });
});
