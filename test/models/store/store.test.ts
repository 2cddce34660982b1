import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBundles, readFrom } from '../../../models/store/bundles';
import { readCurrent, writeCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { folderFiles } from '../../../models/store/folder-files';
import { activate, rollback } from '../../../models/store/move-pointer';
import { prune } from '../../../models/store/prune';
import { publish } from '../../../models/store/publish';
import { parseS3, s3Client, s3Files } from '../../../models/store/s3-files';
import { hasS3Server, type S3Server, startS3Server } from '../../s3-server';
import { writePlainBundle } from './plain-bundle';

const work = mkdtempSync(join(tmpdir(), 'goodnet-store-'));
interface Made {
  path: string;
  id: string;
}
const made: Made[] = [];
let server: S3Server | undefined;

beforeAll(async () => {
  for (const seed of [1, 2, 3, 4]) {
    const store = join(work, `made-${seed}`);
    const id = await writePlainBundle(store, { seed });
    made.push({ path: join(store, id.slice(0, 16)), id });
  }
  if (hasS3Server) server = await startS3Server();
});
afterAll(async () => {
  await server?.close();
  rmSync(work, { recursive: true, force: true });
});

const text = (bytes: string) => new TextEncoder().encode(bytes);
const sumOf = (what: string) => ({
  bytes: what.length,
  sha256: createHash('sha256').update(what).digest('hex'),
});

describe.each([
  ['a folder', true, 20, () => folderFiles(join(work, randomUUID()))],
  // S3 tells times to a second.
  [
    'S3',
    hasS3Server,
    1100,
    () => s3Files(`s3://goodnet/some where/${randomUUID()}`, s3Client(server!.config)),
  ],
] as const)('a store in %s', (_where, isThere, tellsTimes, open: () => Files) => {
  describe.skipIf(!isThere)('', () => {
    it('keeps files, and writes on conditions', async () => {
      const files = open();
      expect(await files.read('a/b')).toBeUndefined();
      expect(await files.has('a/b', sumOf('one'))).toBe(false);
      expect(await files.modified('a/b')).toBeUndefined();
      expect(await files.write('a/b', text('one'), 'new')).toBe(true);
      expect(await files.write('a/b', text('two'), 'new')).toBe(false);
      const { bytes, version } = (await files.read('a/b'))!;
      expect(new TextDecoder().decode(bytes)).toBe('one');
      expect(await files.write('a/b', text('two'), { version })).toBe(true);
      expect(await files.write('a/b', text('three'), { version })).toBe(false);
      expect(await files.write('a/none', text('x'), { version })).toBe(false);
      const has = (what: string) => files.has('a/b', sumOf(what));
      expect([await has('two'), await has('one'), await has('four')]).toEqual([true, false, false]);
      expect(Math.abs((await files.modified('a/b'))! - Date.now())).toBeLessThan(60_000);
      expect(await files.write('c', text(''), 'any')).toBe(true);
      expect([await files.list(''), await files.list('a/')]).toEqual([['a/b', 'c'], ['a/b']]);
      expect(await files.folders()).toEqual(['a']);
      await files.remove(['a/b', 'a/gone']);
      expect(await files.list('')).toEqual(['c']);
    });

    it('takes bundles, and goes back', async () => {
      const files = open();
      for (const ask of [readFrom, listBundles, rollback, (none: Files) => prune(none, 1)])
        await expect(ask(files)).rejects.toThrow(/is no store: .*current\.json/);
      for (const { path } of made) await publish(path, files);
      const { bundles, unreadable } = await listBundles(files);
      expect(bundles.map(({ id, isCurrent }) => [id, isCurrent])).toEqual(
        made.map(({ id }) => [id, false]).sort(),
      );
      expect(unreadable).toEqual([]);
      const [one, two, three] = made.map(({ id }) => id) as [string, string, string];
      expect(await activate(files, one)).toBe(one);
      await expect(rollback(files)).rejects.toThrow(/no bundle before/);
      await activate(files, two.slice(0, 20));
      await activate(files, three);
      expect((await readFrom(files)).manifest.id).toBe(three);
      expect(await rollback(files)).toBe(two);
      expect((await readFrom(files)).manifest.id).toBe(two);
      await expect(activate(files, 'f00')).rejects.toThrow(/has no bundle whose id begins with/);
      await expect(activate(files, '')).rejects.toThrow(/4 bundles/);
    });

    it('prunes to so many: first what was never current, last what was current just before', async () => {
      const files = open();
      const [one, two, three, four] = made as [Made, Made, Made, Made];
      for (const { path, id } of [one, two, three]) {
        await publish(path, files);
        await activate(files, id);
      }
      await setTimeout(tellsTimes);
      await publish(four.path, files);
      expect(await prune(files, 4)).toEqual([]);
      // The fourth may be waiting to be activated.
      expect(await prune(files, 3)).toEqual([one.id]);
      expect(await files.list(`${one.id.slice(0, 16)}/`)).toEqual([]);
      expect(await prune(files, 2)).toEqual([four.id]);
      expect(await rollback(files)).toBe(two.id);
      // What was gone back from is no longer kept for being the newest.
      expect(await prune(files, 1)).toEqual([three.id]);
      await expect(rollback(files)).rejects.toThrow(/has been pruned; .* has been pruned/);
      await publish(three.path, files);
      await activate(files, three.id);
      await publish(one.path, files);
      await activate(files, one.id);
      expect(await prune(files, 2)).toEqual([two.id]);
      await activate(files, three.id);
      // That which was pruned is passed over.
      await prune(files, 1);
      await publish(two.path, files);
      await activate(files, two.id);
      expect(await rollback(files)).toBe(three.id);
      expect((await readFrom(files)).manifest.id).toBe(three.id);
    });

    it('goes on where bundles of it can not be read', async () => {
      const files = open();
      const [one, two, three, four] = made as [Made, Made, Made, Made];
      for (const { path, id } of [one, two, three]) {
        await publish(path, files);
        await activate(files, id);
      }
      const old = async ({ id }: Made) => {
        const manifest = { format: 'goodnet-bundle', formatVersion: 5, id };
        await files.write(`${id.slice(0, 16)}/manifest.json`, text(JSON.stringify(manifest)), 'any');
      };
      await old(two);
      const { bundles, unreadable } = await listBundles(files);
      expect(bundles.map(({ id }) => id)).toEqual([one.id, three.id].sort());
      expect(unreadable).toMatchObject([{ folder: two.id.slice(0, 16), isCurrent: false }]);
      expect(unreadable[0]!.why.message).toMatch(/bundle format 5, of an earlier version/);

      await expect(activate(files, two.id)).rejects.toThrow(/bundle format 5/);
      await expect(activate(files, two.id.slice(0, 8))).rejects.toThrow(/bundle format 5/);
      await expect(activate(files, '')).rejects.toThrow(/3 bundles/);
      expect(await activate(files, three.id.slice(0, 8))).toBe(three.id);
      expect(await rollback(files)).toBe(one.id);
      await activate(files, three.id);
      expect(await prune(files, 3)).toEqual([]);
      expect(await prune(files, 2)).toEqual([two.id.slice(0, 16)]);
      await publish(two.path, files);

      // The current one itself, and all before it.
      for (const each of [one, two, three]) await old(each);
      await expect(rollback(files)).rejects.toThrow(/bundle format 5.*; .*bundle format 5/);
      await publish(four.path, files);
      expect((await prune(files, 2)).sort()).toEqual([one, two].map(({ id }) => id.slice(0, 16)).sort());
      expect((await listBundles(files)).unreadable).toMatchObject([{ isCurrent: true }]);
      expect(await activate(files, four.id)).toBe(four.id);
    });

    it('goes on with a publish that broke off, and shows nothing of it before', async () => {
      const files = open();
      const { path, id } = made[0]!;
      let writes = 0;
      const breaking: Files = {
        ...files,
        write: async (...args) => {
          if (++writes > 2) throw new Error('broken off');
          return await files.write(...args);
        },
      };
      await expect(publish(path, breaking)).rejects.toThrow('broken off');
      expect(await listBundles(files)).toEqual({ bundles: [], unreadable: [] });
      const sent: string[] = [];
      await publish(path, {
        ...files,
        write: (key, ...args) => {
          sent.push(key);
          return files.write(key, ...args);
        },
      });
      const total = (await files.list(`${id.slice(0, 16)}/`)).length;
      expect(sent.length).toBe(total - 2);
      expect(sent.at(-1)).toBe(`${id.slice(0, 16)}/manifest.json`);
      expect((await readFrom(files, id)).manifest.id).toBe(id);
    });

    it('tells the second of two that activate at once', async () => {
      const files = open();
      for (const { path } of made) await publish(path, files);
      const before = await readCurrent(files);
      const ids = made.map(({ id }) => id);
      expect(await writeCurrent(files, ids[0]!, before)).toBe(true);
      expect(await writeCurrent(files, ids[1]!, before)).toBe(false);
      await Promise.all(ids.map((id) => activate(files, id)));
      const { bundle, before: passed } = (await readCurrent(files))!;
      expect([bundle, ...passed].sort()).toEqual([...ids].sort());
    });

    it('has a damaged current.json mended by activate, and by nobody else', async () => {
      const files = open();
      const [one, two] = made as [Made, Made];
      for (const { path, id } of [one, two]) {
        await publish(path, files);
        await activate(files, id);
      }
      for (const damaged of ['{', '', '[]', '{"format":"goodnet-store","formatVersion":1,"bundle":"x"}']) {
        await files.write('current.json', text(damaged), 'any');
        for (const ask of [readFrom, rollback, (all: Files) => prune(all, 1)])
          await expect(ask(files)).rejects.toMatchObject({
            message: expect.stringMatching(/current.json is (not JSON: it is )?damaged/),
            hint: expect.stringContaining('goodnet activate'),
          });
        const { bundles, damage } = await listBundles(files);
        expect(bundles.map(({ isCurrent }) => isCurrent)).toEqual([false, false]);
        expect(await writeCurrent(files, one.id, damage)).toBe(true);
        // Somebody has mended it meanwhile.
        expect(await writeCurrent(files, two.id, damage)).toBe(false);
        await files.write('current.json', text(damaged), 'any');
        expect(await activate(files, two.id.slice(0, 8))).toBe(two.id);
        expect((await readFrom(files)).manifest.id).toBe(two.id);
      }
      const newer = JSON.stringify({ format: 'goodnet-store', formatVersion: 2, serial: 7 });
      await files.write('current.json', text(newer), 'any');
      await expect(activate(files, one.id)).rejects.toThrow(/of a newer format/);
    });

    it('answers nothing from a bundle with a changed, shorter or missing file', async () => {
      const files = open();
      const { path, id } = made[1]!;
      const { files: parts } = await publish(path, files);
      await activate(files, id);
      const key = `${id.slice(0, 16)}/${parts[0]!.path}`;
      const { bytes } = (await files.read(key))!;
      const changed = bytes.slice();
      changed[0]! ^= 1;
      await files.write(key, changed, 'any');
      await expect(readFrom(files)).rejects.toThrow(/checksum does not fit/);
      await files.write(key, bytes.slice(1), 'any');
      await expect(readFrom(files)).rejects.toThrow(/bytes; the manifest says/);
      await files.remove([key]);
      await expect(readFrom(files)).rejects.toThrow(/is missing/);
      await publish(path, files);
      expect((await readFrom(files)).manifest.id).toBe(id);
      await files.write('current.json', text('{'), 'any');
      await expect(readFrom(files)).rejects.toThrow(/current.json is not JSON/);
    });
  });
});

describe('addresses in S3', () => {
  it('are a bucket and a prefix', () => {
    expect(parseS3('s3://bucket')).toEqual({ bucket: 'bucket', prefix: '' });
    expect(parseS3('s3://bucket/a/b c/')).toEqual({ bucket: 'bucket', prefix: 'a/b c/' });
    for (const wrong of ['s3://', 's3:///a', 's3://B/a', 'http://x'])
      expect(() => parseS3(wrong)).toThrow(/no address/);
  });

  it.skipIf(!hasS3Server)('say what is wrong where they can not be had', async () => {
    const files = s3Files('s3://no-such-bucket-here', s3Client(server!.config));
    await expect(files.list('')).rejects.toThrow(/s3:\/\/no-such-bucket-here: listing failed/);
    await expect(files.read('a')).rejects.toThrow(/reading a failed/);
    await expect(files.write('a', text('x'), 'new')).rejects.toThrow(/writing a failed/);
    const stranger = { ...server!.config, credentials: { accessKeyId: 'goodnet', secretAccessKey: 'wrong' } };
    await expect(s3Files('s3://goodnet', s3Client(stranger)).write('a', text('x'), 'any')).rejects.toThrow(
      /writing a failed/,
    );
  });
});
