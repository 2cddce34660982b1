import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GoodNetError } from '../../../models/errors';
import { listBundles } from '../../../models/store/bundles';
import type { Files } from '../../../models/store/files';
import { folderFiles } from '../../../models/store/folder-files';
import { activate, setCurrent } from '../../../models/store/move-pointer';
import { prune } from '../../../models/store/prune';
import { publish } from '../../../models/store/publish';
import { asSomebody, canBeHeldBack } from '../../somebody';
import { writePlainBundle } from './plain-bundle';

const work = mkdtempSync(join(tmpdir(), 'goodnet-folder-files-'));
const at = (name: string) => join(work, name);
const bytes = new TextEncoder().encode('x');
let id: string;

beforeAll(async () => {
  chmodSync(work, 0o777);
  id = await writePlainBundle(at('made'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const failure = async (work: () => Promise<unknown>) => {
  const error = await work().then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(GoodNetError);
  const { message, kind, hint } = error as GoodNetError;
  expect(hint).toMatch(/^\S.*\.$/);
  return { message, kind };
};

describe.skipIf(!canBeHeldBack)('a folder that is not ours', () => {
  it('is said to be so, whatever is asked of it', async () => {
    const store = at('readable');
    await publish(at('made'), folderFiles(store));
    chmodSync(store, 0o555);
    chmodSync(join(store, id.slice(0, 16)), 0o555);
    const files = folderFiles(store);
    await asSomebody(async () => {
      expect(await failure(() => activate(files, id))).toEqual({
        message: expect.stringMatching(/readable: writing current\.json failed: EACCES/),
        kind: 'environment',
      });
      for (const [asked, what] of [
        [() => files.write('new', bytes, 'any'), /writing new failed/],
        [() => files.write('new/one', bytes, 'any'), /The folder .*new can't be made/],
        [() => files.remove([`${id.slice(0, 16)}/manifest.json`]), /removing .* failed/],
      ] as const)
        expect(await failure(asked)).toEqual({ message: expect.stringMatching(what), kind: 'environment' });
      expect((await listBundles(files)).bundles.length).toBe(1);
    });
    chmodSync(store, 0o755);
  });

  it('is not taken for an empty one', async () => {
    const store = at('closed');
    await publish(at('made'), folderFiles(store));
    await activate(folderFiles(store), id);
    chmodSync(store, 0o000);
    const files = folderFiles(store);
    await asSomebody(async () => {
      for (const [asked, what] of [
        [() => files.list(''), /closed: listing failed: EACCES/],
        [() => files.folders(), /listing failed/],
        [() => files.read('current.json'), /reading current\.json failed/],
        [() => files.has('a', { bytes: 1, sha256: '' }), /looking for a failed/],
        [() => files.modified('a'), /looking for a failed/],
        [() => listBundles(files), /failed/],
        [() => prune(files, 1), /failed/],
        [() => publish(at('made'), files), /failed/],
      ] as const)
        expect(await failure(asked)).toEqual({ message: expect.stringMatching(what), kind: 'environment' });
    });
    chmodSync(store, 0o755);
    // A manifest alone that can't be read is no reason to remove its bundle.
    chmodSync(join(store, id.slice(0, 16), 'manifest.json'), 0o000);
    await asSomebody(async () => {
      expect((await failure(() => listBundles(files))).kind).toBe('environment');
    });
  });

  it('is not taken for an unsigned one', async () => {
    const store = at('signed');
    await publish(at('made'), folderFiles(store));
    await activate(folderFiles(store), id);
    const signatures = join(store, id.slice(0, 16), 'signatures.json');
    writeFileSync(signatures, 'not to be read');
    chmodSync(signatures, 0o000);
    await asSomebody(async () => {
      expect(await failure(() => publish(store, folderFiles(at('elsewhere'))))).toEqual({
        message: expect.stringMatching(/signatures\.json can't be read: EACCES/),
        kind: 'environment',
      });
    });
  });

  it('keeps its current.json where that can not be read', async () => {
    const store = at('kept');
    mkdirSync(store);
    writeFileSync(join(store, 'current.json'), 'not to be read');
    chmodSync(store, 0o777);
    chmodSync(join(store, 'current.json'), 0o000);
    await asSomebody(async () => {
      const asked = () => setCurrent(folderFiles(store), id);
      expect((await failure(asked)).message).toMatch(/reading current\.json failed/);
    });
  });
});

describe('a folder', () => {
  it('that is none, or holds nothing of the kind, is no store; it can be made one', async () => {
    mkdirSync(at('empty'));
    writeFileSync(at('file'), '');
    for (const name of ['none', 'empty', 'file']) {
      const files = folderFiles(at(name));
      for (const asked of [
        listBundles,
        (files: Files) => activate(files, id),
        (files: Files) => prune(files, 1),
      ])
        expect((await failure(() => asked(files))).message).toMatch(
          /is no store: neither current.json nor a bundle/,
        );
    }
    for (const name of ['none', 'empty']) {
      const files = folderFiles(at(name));
      await publish(at('made'), files);
      expect(await activate(files, id)).toBe(id);
    }
    expect(await failure(() => publish(at('made'), folderFiles(at('file'))))).toEqual({
      message: expect.stringMatching(/file.* can't be made: /),
      kind: 'environment',
    });
  });

  it('is left without empty folders, however its path is written', async () => {
    for (const path of [`${at('slash')}/`, join(at('.'), 'dotted/../dots')]) {
      const files = folderFiles(path);
      await files.write('a/b/c', bytes, 'any');
      await files.remove(['a/b/c']);
      expect(readdirSync(path)).toEqual([]);
    }
  });
});

describe('files in a folder', () => {
  let store: string;
  let files: Files;
  let stores = 0;
  beforeEach(() => {
    store = at(`files-${stores++}`);
    files = folderFiles(store);
  });
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

  it('are written on conditions, and found by their bytes', async () => {
    expect(await files.write('a/b', text('one'), 'new')).toBe(true);
    expect(await files.write('a/b', text('two'), 'new')).toBe(false);
    const { version } = (await files.read('a/b'))!;
    expect(version).toBe(createHash('sha256').update('one').digest('hex'));
    expect(await files.write('a/none', text('x'), { version })).toBe(false);
    expect(await files.read('a/none')).toBeUndefined();
    expect(await files.write('a/b', text('two'), { version })).toBe(true);
    expect(await files.write('a/b', text('three'), { version })).toBe(false);
    const sha256 = createHash('sha256').update('two').digest('hex');
    expect(await files.has('a/b', { bytes: 3, sha256 })).toBe(true);
    expect(await files.has('a/b', { bytes: 4, sha256 })).toBe(false);
    expect(await files.has('a/b', { bytes: 3, sha256: version })).toBe(false);
    expect(await files.has('a/none', { bytes: 3, sha256 })).toBe(false);
    utimesSync(join(store, 'a', 'b'), 1000, 1000);
    expect([await files.modified('a/b'), await files.modified('a/none')]).toEqual([1_000_000, undefined]);
    expect(await files.write('a/b', text('any'), 'any')).toBe(true);
    expect(new TextDecoder().decode((await files.read('a/b'))!.bytes)).toBe('any');
  });

  it('that can not be had say what was done, and what the system said', async () => {
    mkdirSync(store, { recursive: true });
    const long = 'x'.repeat(300);
    for (const [ask, what] of [
      [() => files.read(long), `reading ${long}`],
      [() => files.has(long, { bytes: 1, sha256: '' }), `looking for ${long}`],
      [() => files.modified(long), `looking for ${long}`],
      [() => files.remove([long]), `removing ${long}`],
      [() => files.write(long, text('x'), 'new'), `writing ${long}`],
      [() => folderFiles(join(store, long)).list(''), 'listing'],
      [() => folderFiles(join(store, long)).folders(), 'listing'],
    ] as const)
      await expect(ask()).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        kind: 'environment',
        message: expect.stringMatching(new RegExp(`: ${what} failed: ENAMETOOLONG`)),
      });
    expect(readdirSync(store)).toEqual([]);
    // What has words of its own keeps them.
    writeFileSync(join(store, 'file'), '');
    await expect(files.write('file/below', text('x'), 'any')).rejects.toThrow(
      /^The folder .*file can't be made: /,
    );
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
