import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { BundleError } from '../../../models/errors';
import { folderOf } from '../../../models/store/bundles';
import { readCurrent, writeCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { activate, pointAtSuccessor, rollback } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
import { files, idOf, made, ours, published, signing, store, usePlainStores } from './plain-stores';

usePlainStores();
const put = (text: string) => files.write('current.json', new TextEncoder().encode(text), 'any');

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

describe('the bundle that is made current', () => {
  const damage = (i: number) => writeFileSync(join(store, folderOf(idOf(i)), 'bad', 'weights.bin'), 'x');
  const unread = (i: number) => writeFileSync(join(store, folderOf(idOf(i)), 'manifest.json'), '{');

  it('is told by the beginning of its id, as far as no other begins so', async () => {
    await published([0, 1, 2]);
    expect(await activate(files, idOf(1).slice(0, 16))).toBe(idOf(1));
    expect(await activate(files, idOf(2))).toBe(idOf(2));
    const missing = (wanted: string, what: string) => ({
      code: 'BUNDLE_NOT_FOUND',
      message: `${store} has ${what} whose id begins with ${wanted}`,
    });
    await expect(activate(files, 'x')).rejects.toMatchObject(missing('x', 'no bundle'));
    await expect(activate(files, idOf(0).slice(-8))).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
    await expect(activate(files, '')).rejects.toMatchObject(missing('', '3 bundles'));
    unread(0);
    await expect(activate(files, '')).rejects.toMatchObject(missing('', '3 bundles'));
    expect(await activate(files, idOf(1))).toBe(idOf(1));
  });

  it('is not one that can not be read, by whatever it is called, and why is told', async () => {
    await published([0, 1]);
    unread(0);
    for (const wanted of [idOf(0), folderOf(idOf(0)), idOf(0).slice(0, 12)])
      await expect(activate(files, wanted)).rejects.toThrow(/manifest\.json is not JSON/);
    await expect(activate(files, `${folderOf(idOf(1))}${'0'.repeat(48)}`)).rejects.toThrow(/has no bundle/);
  });

  it('is read whole before, unless that was done just now', async () => {
    await published([0]);
    damage(0);
    await expect(activate(files, idOf(0))).rejects.toThrow(/The bundle is damaged/);
    expect(await readCurrent(files)).toBeUndefined();
    expect(await activate(files, idOf(0), undefined, true)).toBe(idOf(0));
  });

  it('has been signed by who signs that it is current', async () => {
    await published([0]);
    await expect(activate(files, idOf(0), signing())).rejects.toThrow(
      `${store}/${folderOf(idOf(0))} is not signed`,
    );
  });

  it('is, going back, the last one that can be had; what became of the others is told', async () => {
    await published([0, 1, 2, 3]);
    for (const i of [0, 1, 2, 3]) await activate(files, idOf(i));
    damage(2);
    unread(1);
    expect(await rollback(files)).toBe(idOf(0));
    await activate(files, idOf(3));
    damage(0);
    const { before } = (await readCurrent(files))!;
    expect(before[0]).toBe(idOf(0));
    rmSync(join(store, folderOf(idOf(1))), { recursive: true });
    await expect(rollback(files)).rejects.toThrow(
      /: .*bad\/weights\.bin has 1 bytes; the manifest says 18; .*bad\/weights\.bin has 1 bytes; .*; [0-9a-f]{16} has been pruned$/,
    );
  });

  it('is, going back with a key, one that the key has signed', async () => {
    await published([0, 1], ours);
    const by = signing();
    for (const i of [0, 1]) await activate(files, idOf(i), by);
    await files.remove([`${folderOf(idOf(0))}/signatures.json`]);
    await expect(rollback(files, by)).rejects.toThrow(`: ${store}/${folderOf(idOf(0))} is not signed`);
    expect((await readCurrent(files))!.bundle).toBe(idOf(1));
  });

  it('stays where the machine can not read what is gone back to', async () => {
    await published([0, 1]);
    for (const i of [0, 1]) await activate(files, idOf(i));
    for (const fault of [new BundleError('no disk', { kind: 'environment' }), new Error('a defect')]) {
      const read: Files['read'] = async (key, options) => {
        if (key.endsWith('weights.bin')) throw fault;
        return await files.read(key, options);
      };
      await expect(rollback({ ...files, read })).rejects.toBe(fault);
    }
    expect((await readCurrent(files))!.bundle).toBe(idOf(1));
  });

  it('takes the place of one that was signed as it should be, where a key signs', async () => {
    await published([0, 1], ours);
    await activate(files, idOf(0));
    const successors = new Map([[idOf(0), idOf(1)]]);
    await expect(pointAtSuccessor(files, successors, signing())).rejects.toThrow(
      /current\.json is not signed/,
    );
    const by = signing();
    await activate(files, idOf(0), by);
    const first = (await files.read('current.json'))!.bytes;
    await activate(files, idOf(0), by);
    await files.write('current.json', first, 'any');
    await expect(pointAtSuccessor(files, successors, by)).rejects.toThrow(/it has been put back/);
    await expect(pointAtSuccessor(files, successors)).rejects.toMatchObject({ kind: 'usage' });
    await activate(files, idOf(0), by);
    expect(await pointAtSuccessor(files, successors, by)).toBe(idOf(1));
  });
});
