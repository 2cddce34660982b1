import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { seenHere } from '../../../models/signing/seen';
import { folderOf } from '../../../models/store/bundles';
import { readStoreContents } from '../../../models/store/contents';
import type { Files } from '../../../models/store/files';
import { folderFiles } from '../../../models/store/folder-files';
import { publish } from '../../../models/store/publish';
import { anotherPlace, files, idOf, keys, made, ours, strangers, usePlainStores } from './plain-stores';

usePlainStores();

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
    const signed = folderFiles(anotherPlace('signed'));
    await publish(made[0]!.path, signed, { signer: ours });
    await publish(made[0]!.path, files, { signer: strangers });
    await publish(join(signed.address, folderOf(idOf(0))), files);
    const { bundles } = await readStoreContents(files);
    expect([...bundles[0]!.signers!].sort()).toEqual([ours.keyId, strangers.keyId].sort());
    const trust = { keys, seen: seenHere() };
    const elsewhere = folderFiles(anotherPlace('signed'));
    await expect(publish(made[0]!.path, elsewhere, { trust })).rejects.toThrow(/is not signed/);
    expect((await publish(join(signed.address, folderOf(idOf(0))), elsewhere, { trust })).id).toBe(idOf(0));
  });

  it('sends no manifest of another bundle that lies there by then', async () => {
    const from = join(anotherPlace('changing'), folderOf(idOf(0)));
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
