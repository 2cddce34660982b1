import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FORMAT_VERSION } from '../../../models/bundle/manifest';
import { readManifest } from '../../../models/bundle/read';
import { BundleError } from '../../../models/errors';
import type { Signer } from '../../../models/signing/keys';
import { seenHere } from '../../../models/signing/seen';
import { openTrust, type TrustedKeys } from '../../../models/signing/signatures';
import { findIn, listBundles } from '../../../models/store/bundles';
import { readCurrent } from '../../../models/store/current';
import type { Files } from '../../../models/store/files';
import { findBundle } from '../../../models/store/find';
import { folderFiles } from '../../../models/store/folder-files';
import { migrate } from '../../../models/store/migrate';
import { activate, rollback } from '../../../models/store/move-pointer';
import { prune } from '../../../models/store/prune';
import { publish } from '../../../models/store/publish';
import { s3Client, s3Files } from '../../../models/store/s3-files';
import { fixture } from '../../fixtures/bundles/fixtures';
import { hasS3Server, type S3Server, s3ServerHere } from '../../s3-server';
import { signersIn } from './signers';

const work = mkdtempSync(join(tmpdir(), 'goodnet-migrate-'));
const at = (...names: string[]) => join(work, ...names);
const EARLIER = 7;
type Fixture = Awaited<ReturnType<typeof fixture>>;
let expert: Fixture;
let pruned: Fixture;
let ours: Signer;
let strangers: Signer;
let keys: TrustedKeys;
let stores = 0;
let server: S3Server | undefined;

beforeAll(async () => {
  [expert, pruned] = [await fixture(EARLIER, 'expert'), await fixture(EARLIER, 'fine-prune')];
  ({ ours, strangers, keys } = await signersIn(work));
  server = await s3ServerHere();
});
afterAll(async () => {
  await server?.close();
  rmSync(work, { recursive: true, force: true });
});

/** What is current is of the newest format, and the same nets; see formats.test.ts for what such a one answers. @returns its id */
async function migratedIn(address: string, keys?: TrustedKeys): Promise<string> {
  const bundle = await findBundle(address, { trust: keys && { keys, seen: seenHere() } });
  const { manifest } = await bundle.whole();
  expect(manifest.files).toEqual((await readManifest(expert.folder)).files);
  expect(manifest.formatVersion).toBe(FORMAT_VERSION);
  return manifest.id;
}

/** A store's keys and versions, to tell whether anything was written. */
async function stateOf(files: Files): Promise<unknown[]> {
  const all = await files.list('');
  return await Promise.all(all.map(async (key) => [key, (await files.read(key))?.version]));
}

describe.each([
  ['a folder', true, () => at(`root-${stores++}`), folderFiles],
  [
    'S3',
    hasS3Server,
    () => `s3://goodnet/migrate-${stores++}`,
    (to: string) => s3Files(to, s3Client(server!.config)),
  ],
] as const)('a store in %s', (_where, isThere, root, open) => {
  describe.skipIf(!isThere)('', () => {
    let address = '';
    let files: Files;
    beforeEach(() => {
      address = `${root()}/corners`;
      files = open(address);
    });

    it('has each bundle of an earlier format in the newest beside it, of the same files', async () => {
      for (const { folder } of [pruned, expert]) await publish(folder, files);
      await activate(files, expert.id);
      const { bundles, refused, current } = await migrate(files);
      expect(refused).toEqual([]);
      expect(bundles.map(({ from, format, isNew }) => [from, format, isNew])).toEqual([
        [pruned.id, EARLIER, true],
        [expert.id, EARLIER, true],
      ]);
      const to = bundles[1]!.to;
      expect(await migratedIn(address)).toBe(to);
      expect(current).toBe(to);
      // The same files, the model card among them.
      const [old, made] = [await findIn(files, expert.id), await findIn(files, to)];
      expect(made.manifest.files).toEqual(old.manifest.files);
      expect(made.manifest.files.map(({ path }) => path)).toContain('model-card.md');
      expect(made.manifest.calibration).toEqual(old.manifest.calibration);

      // Again there is nothing to do; back is the one of before, and that can be pruned.
      const before = await stateOf(files);
      const again = await migrate(files);
      expect(again).toMatchObject({ refused: [], current: undefined });
      expect(again.bundles.map((each) => ({ ...each, isNew: true })).reverse()).toEqual(bundles);
      expect(again.bundles.some(({ isNew }) => isNew)).toBe(false);
      expect(await stateOf(files)).toEqual(before);
      expect(await rollback(files)).toBe(expert.id);
      expect((await migrate(files)).current).toBe(to);
      await prune(files, 1);
      expect((await listBundles(files)).bundles.map(({ id }) => id)).toEqual([to]);
      expect(await migratedIn(address)).toBe(to);
    });

    it('is signed anew by who has signed it', async () => {
      for (const { folder } of [pruned, expert]) await publish(folder, files, { signer: ours });
      const signing = { signer: ours, seen: seenHere() };
      await activate(files, expert.id, signing);
      const before = await stateOf(files);
      await expect(migrate(files)).rejects.toThrow(/is signed by .*: readers that trust keys would refuse/);
      const stranger = migrate(files, { signing: { signer: strangers, seen: seenHere() } });
      await expect(stranger).rejects.toThrow(/which is not trusted here/);
      expect(await stateOf(files)).toEqual(before);
      const { signed: was } = (await readCurrent(files))!;
      const { current } = await migrate(files, { signing });
      expect(await migratedIn(address, keys)).toBe(current);
      const { signed, before: earlier } = (await readCurrent(files))!;
      expect(signed!.serial).toBeGreaterThan(was!.serial);
      expect(earlier[0]).toBe(expert.id);
      expect((await migrate(files, { signing })).current).toBeUndefined();
      // Who trusts the first key may sign with another.
      const others = { signer: strangers, trusted: keys, seen: seenHere() };
      expect(await rollback(files, signing)).toBe(expert.id);
      expect((await migrate(files, { signing: others })).current).toBe(current);
      expect(await migratedIn(address, await openTrust([at('strangers.pub')]))).toBe(current);
    });

    it('signs no bundle that nobody who is believed has signed', async () => {
      await publish(expert.folder, files, { signer: ours });
      await publish(pruned.folder, files);
      const signing = { signer: ours, seen: seenHere() };
      await activate(files, expert.id, signing);
      const { bundles, refused } = await migrate(files, { signing });
      expect(bundles.map(({ from }) => from)).toEqual([expert.id]);
      expect(refused).toMatchObject([{ folder: pruned.id.slice(0, 16), why: { message: /is not signed/ } }]);
      await activate(files, expert.id, signing);
      await files.write('current.json', (await files.read('current.json'))!.bytes.slice(0, 5), 'any');
      await expect(migrate(files, { signing })).rejects.toThrow(/current.json is not JSON/);
    });

    it('leaves what was broken off out of sight, and goes on from there', async () => {
      await publish(expert.folder, files);
      await activate(files, expert.id);
      let written = 0;
      const failing: Files = {
        ...files,
        write: async (...args) => {
          if (++written === 5) throw new Error('no more room');
          return await files.write(...args);
        },
      };
      await expect(migrate(failing)).rejects.toThrow('no more room');
      expect((await listBundles(files)).bundles.map(({ id }) => id)).toEqual([expert.id]);
      expect((await readCurrent(files))!.bundle).toBe(expert.id);
      const { current } = await migrate(files);
      expect(await migratedIn(address)).toBe(current);
    });
  });
});

it('a bundle that is damaged, or too old, is left, and named; others are migrated', async () => {
  const address = at('some');
  const files = folderFiles(address);
  for (const { folder } of [pruned, expert]) await publish(folder, files);
  await activate(files, expert.id);
  writeFileSync(join(address, pruned.id.slice(0, 16), 'bad', 'weights.bin'), 'other');
  const old = { format: 'goodnet-bundle', formatVersion: 5 };
  await files.write(`${'0'.repeat(16)}/manifest.json`, Buffer.from(JSON.stringify(old)), 'new');
  const { bundles, refused, current } = await migrate(files);
  expect(bundles.map(({ from }) => from)).toEqual([expert.id]);
  expect(current).toBe(bundles[0]!.to);
  expect(refused.map(({ folder, why }) => [folder, why.message])).toEqual([
    [
      '0'.repeat(16),
      expect.stringMatching(/bundle format 5, of an earlier version; this one reads 6, 7 and 8/),
    ],
    [pruned.id.slice(0, 16), expect.stringMatching(/bad\/weights.bin has 5 bytes/)],
  ]);
  expect(readdirSync(address).filter((name) => name.startsWith('.'))).toEqual([]);
});

it('a store that points to none is left so; what is no store is said to be none', async () => {
  const files = folderFiles(at('waiting'));
  await publish(expert.folder, files);
  expect(await migrate(files)).toMatchObject({ bundles: [{ isNew: true }], current: undefined });
  expect(await readCurrent(files)).toBeUndefined();
  await expect(migrate(folderFiles(at('none')))).rejects.toThrow(/none is no store/);
});

it('progress of a migration is reported file by file, over all bundles', async () => {
  const files = folderFiles(at('progress'));
  for (const { folder } of [pruned, expert]) await publish(folder, files);
  const told: [number, number][] = [];
  await migrate(files, { progress: (done, total) => told.push([done, total]) });
  const counts = [pruned, expert].map(async ({ folder }) => (await readManifest(folder)).files.length + 1);
  const total = (await Promise.all(counts)).reduce((sum, each) => sum + each, 0);
  expect(told.every((each) => each[1] === total)).toBe(true);
  const done = told.map(([each]) => each);
  expect([done[0], done.at(-1)]).toEqual([1, total]);
  expect([...new Set(done)]).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  await expect(migrate(files, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});

it('a bundle that is signed is not given one that is not, though what is current is unsigned', async () => {
  const files = folderFiles(at('half-signed'));
  await publish(expert.folder, files, { signer: ours });
  await activate(files, expert.id);
  const before = await stateOf(files);
  await expect(migrate(files)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(
      /half-signed\/[0-9a-f]{16} is signed: readers that trust keys would refuse/,
    ),
  });
  const signing = { signer: ours, seen: seenHere() };
  await expect(migrate(files, { signing })).rejects.toThrow(/current\.json is not signed/);
  expect(await stateOf(files)).toEqual(before);
  // Signatures that are damaged say nothing: the bundle is left.
  writeFileSync(join(files.address, expert.id.slice(0, 16), 'signatures.json'), '{');
  expect(await migrate(files)).toMatchObject({
    bundles: [],
    refused: [{ folder: expert.id.slice(0, 16), why: { code: 'SIGNATURE_BAD' } }],
    current: undefined,
  });
});

it('what is wrong with the machine ends it, and is no reason to leave a bundle', async () => {
  const files = folderFiles(at('faulty'));
  await publish(expert.folder, files);
  for (const fault of [new BundleError('no disk', { kind: 'environment' }), new Error('a defect')]) {
    const read: Files['read'] = async (key, options) => {
      if (key.endsWith('signatures.json')) throw fault;
      return await files.read(key, options);
    };
    await expect(migrate({ ...files, read })).rejects.toBe(fault);
  }
});
