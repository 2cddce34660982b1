import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seenHere } from '../../../models/signing/seen';
import type { TrustedKeys } from '../../../models/signing/signatures';
import { folderOf, readableOrWhy } from '../../../models/store/bundles';
import { readStoreContents } from '../../../models/store/contents';
import { readCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { folderFiles } from '../../../models/store/folder-files';
import { activate } from '../../../models/store/move-pointer';
import { prune } from '../../../models/store/prune';
import { publish } from '../../../models/store/publish';
import {
  anotherPlace,
  files,
  idOf,
  keys,
  made,
  ours,
  published,
  signing,
  store,
  strangers,
  usePlainStores,
} from './plain-stores';

usePlainStores();

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
    const other = folderFiles(join(anotherPlace('store'), 'signs'));
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

  it('gives up what was never current by its age, not by its name', async () => {
    await published([2, 0, 3, 1]);
    await activate(files, idOf(0));
    expect(await prune(files, 3)).toEqual([idOf(1)]);
    expect(await prune(files, 2)).toEqual([idOf(3)]);
    expect(await left()).toEqual([2, 0]);
  });

  it('gives up what is older than the current one and was never that before all that were', async () => {
    await published([0, 1, 2, 3]);
    for (const i of [2, 3, 0]) await activate(files, idOf(i));
    expect(await prune(files, 3)).toEqual([idOf(1)]);
    expect(await prune(files, 2)).toEqual([idOf(2)]);
  });

  it('gives up what can not be read before what can, however new', async () => {
    await published([2, 0, 1]);
    await activate(files, idOf(0));
    writeFileSync(join(store, folderOf(idOf(2)), 'manifest.json'), '{');
    expect(await prune(files, 2)).toEqual([folderOf(idOf(2))]);
    expect(await left()).toEqual([0, 1]);
  });

  it('keeps so many that are there, though the current one has gone', async () => {
    await published([0, 1, 2]);
    await activate(files, idOf(0));
    rmSync(join(store, folderOf(idOf(0))), { recursive: true });
    expect(await prune(files, 1)).toEqual([idOf(2)]);
    expect(await left()).toEqual([1]);
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
