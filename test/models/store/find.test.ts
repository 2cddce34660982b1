import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { BundleError, GoodNetError } from '../../../models/errors';
import { seenHere } from '../../../models/signing/seen';
import { findIn, folderOf, listBundles, readFrom, signaturesIn } from '../../../models/store/bundles';
import type { Files } from '../../../models/store/files';
import { findBundle } from '../../../models/store/find';
import { bundleWithId, manifestMeant, resolveBundle } from '../../../models/store/folder';
import { folderFiles } from '../../../models/store/folder-files';
import { activate } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
import {
  files,
  idOf,
  keys,
  made,
  ours,
  published,
  signing,
  store,
  usePlainStores,
  work,
} from './plain-stores';

usePlainStores();

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
    await expect(found(work)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
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

describe('what is read of a store', () => {
  it('is its current bundle, or the one with an id, each file asked for at its size and checked here', async () => {
    await published([0, 1]);
    await expect(readFrom(files)).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
      message: `${store} is no store: there is no current.json in it`,
    });
    await activate(files, idOf(0));
    const read = vi.fn(files.read);
    expect((await readFrom({ ...files, read })).manifest.id).toBe(idOf(0));
    expect((await readFrom({ ...files, read }, idOf(1))).read('bad/model.json').length).toBe(19);
    expect(read.mock.calls.find(([key]) => key.endsWith('bad/model.json'))![1]).toEqual({
      isChecked: true,
      maxBytes: 19,
    });
    const folder = folderOf(idOf(0));
    await expect(findIn(files, `${folder}${'0'.repeat(48)}`)).rejects.toThrow(
      `${store}/${folder} is not the bundle ${folder}${'0'.repeat(48)}`,
    );
    rmSync(join(store, folder, 'bad', 'model.json'));
    await expect(readFrom(files)).rejects.toThrow(/bad\/model\.json is missing/);
  });

  it('is what it holds: nothing of no store, and what is being sent is not shown', async () => {
    await expect(listBundles(files)).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
      message: `${store} is no store: neither current.json nor a bundle is in it`,
    });
    await files.write(`x${'0'.repeat(16)}/file`, new Uint8Array(1), 'any');
    await expect(listBundles(files)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await files.write(`${'0'.repeat(16)}/bad/model.json`, new Uint8Array(1), 'any');
    expect(await listBundles(files)).toEqual({ bundles: [], unreadable: [] });
    await files.remove([`${'0'.repeat(16)}/bad/model.json`]);
    await files.write('current.json', new Uint8Array(1), 'any');
    const { damage, ...holdings } = await listBundles(files);
    expect(damage).toMatchObject({ code: 'STORE_POINTER_DAMAGED' });
    expect(holdings).toEqual({ bundles: [], unreadable: [] });
  });

  it('is told as unreadable by what is wrong with it; what is wrong with the machine is thrown', async () => {
    await published([0]);
    writeFileSync(join(store, folderOf(idOf(0)), 'manifest.json'), '{');
    const { unreadable } = await listBundles(files);
    expect(unreadable[0]!.why.message).toBe(
      `${store}/${folderOf(idOf(0))}/manifest.json is not JSON: it is damaged or no bundle manifest`,
    );
    for (const fault of [
      new GoodNetError('no network', { kind: 'environment' }),
      new BundleError('no disk', { kind: 'environment' }),
      new Error('a defect'),
    ]) {
      const read: Files['read'] = async (key, options) => {
        if (key.endsWith('manifest.json')) throw fault;
        return await files.read(key, options);
      };
      await expect(listBundles({ ...files, read })).rejects.toBe(fault);
    }
  });

  it('has no signatures where those are damaged, and says where they lie', async () => {
    await published([0], ours);
    const key = `${folderOf(idOf(0))}/signatures.json`;
    expect((await signaturesIn(files, idOf(0)))!.map(({ keyId }) => keyId)).toEqual([ours.keyId]);
    await files.write(key, new Uint8Array(1), 'any');
    await expect(signaturesIn(files, idOf(0))).rejects.toThrow(`${store}/${key} is not JSON`);
    await files.write(key, new Uint8Array(2 ** 18 + 1), 'any');
    await expect(signaturesIn(files, idOf(0))).rejects.toThrow(
      /signatures\.json can't be read: it is 262145 bytes/,
    );
    await files.remove([key]);
    expect(await signaturesIn(files, idOf(0))).toBeUndefined();
  });
});
