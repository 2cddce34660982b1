import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEngine } from '../../../models/engine';
import { twoSmallBundles } from '../../functions/small-bundle';
import { commandLine } from './in-process';

const work = mkdtempSync(join(tmpdir(), 'goodnet-store-commands-'));
const made: { path: string; id: string }[] = [];
const goodnet = commandLine();

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  made.push(...(await twoSmallBundles(work)));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('a store with a bundle of an earlier format is listed, gone on with, and pruned', async () => {
  const store = ['--store', join(work, 'store')];
  const [old, young] = made.map(({ id }) => id.slice(0, 16)) as [string, string];
  for (const { path } of made)
    expect((await goodnet('publish', path, '--to', store[1]!, '--activate')).code).toBe(0);
  const manifest = { format: 'goodnet-bundle', formatVersion: 5 };
  writeFileSync(join(store[1]!, old, 'manifest.json'), JSON.stringify(manifest));

  const { code, out } = await goodnet('models', ...store);
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toMatch(
    /^id +model +method +published \(UTC\) +signed by +α +clean accuracy +size$/,
  );
  const row =
    '   chain   magnitude   20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d   +unsigned +– +100\\.0 % +\\S+ MB   current$';
  expect(out).toMatch(new RegExp(`^${young}${row}`, 'm'));
  expect(out).toMatch(new RegExp(`^${old}  can't be read: .*bundle format 5, of an earlier version`, 'm'));
  const told = JSON.parse((await goodnet('models', ...store, '--json')).out);
  expect(told.bundles).toEqual([
    {
      id: made[1]!.id,
      name: 'chain',
      method: 'magnitude',
      alpha: 0.05,
      accuracy: 1,
      bytes: expect.any(Number),
      published: expect.stringMatching(/^20\d\d-.*Z$/),
      signers: [],
      current: true,
    },
  ]);
  expect(told.unreadable).toEqual([
    { id: old, why: expect.stringMatching(/bundle format 5/), current: false },
  ]);

  const back = await goodnet('rollback', ...store);
  expect([back.code, back.err]).toEqual([1, expect.stringMatching(/bundle format 5/)]);
  expect(await goodnet('activate', young, ...store)).toMatchObject({
    code: 0,
    out: `${young} is now current in ${store[1]}`,
  });
  expect((await goodnet('prune', ...store)).out).toBe('Nothing to remove.');
  expect(JSON.parse((await goodnet('prune', ...store, '--json')).out)).toEqual({ removed: [] });
  expect((await goodnet('prune', ...store, '--keep', '1')).out).toBe(`${old} was removed from ${store[1]}`);
});

test('a folder that is no store is refused as none', async () => {
  for (const command of [['models'], ['prune'], ['rollback'], ['activate', 'ab']]) {
    const { code, out, err } = await goodnet(...command, '--store', join(work, 'none'));
    expect([command, code, out]).toEqual([command, 1, '']);
    expect(err).toMatch(/none is no store: .*\n {2}Publish a bundle there/);
  }
});

test('what is done with a store is told: what is current, who signed, how to go on', async () => {
  const to = join(work, 'told');
  const key = join(work, 'key');
  const [first, second] = made as [(typeof made)[number], (typeof made)[number]];
  const keys = (await goodnet('keys', 'create', key)).out;
  const [, keyId] = /^Key ([0-9a-f]{16}) was made:$/m.exec(keys)!;
  expect(keys).toContain(`${key} signs bundles: keep it secret`);
  const id = first.id.slice(0, 16);
  expect((await goodnet('publish', first.path, '--to', to, '--sign', key)).out).toBe(
    `${id} is in ${to}, signed by ${keyId}\nTo make it current: goodnet activate ${id} --store ${to} --sign ${key}`,
  );
  const activated = await goodnet('activate', id, '--store', to);
  expect(activated.out).toBe(`${id} is now current in ${to}`);
  expect(activated.err).toMatch(/is signed, but not that it is current: readers that trust keys refuse it/);
  expect((await goodnet('publish', second.path, '--to', to, '--activate')).out).toBe(
    `${second.id.slice(0, 16)} is in ${to}, and is now current`,
  );
  expect((await goodnet('rollback', '--store', to)).out).toBe(`${id} is current again in ${to}`);
  expect((await goodnet('models', '--store', to)).out).toMatch(
    new RegExp(`^${id} .* ${keyId} .*current$`, 'm'),
  );
  writeFileSync(join(to, id, 'signatures.json'), '{}');
  expect((await goodnet('models', '--store', to)).out).toMatch(
    new RegExp(`^${id} .* damaged .*current$`, 'm'),
  );
  const told = JSON.parse((await goodnet('models', '--store', to, '--json')).out).bundles;
  expect(told.map(({ signers }: { signers: unknown }) => signers)).toContain(null);
});

test('what is current is signed with --sign or GOODNET_SIGN, and not changed without', async () => {
  const to = ['--store', join(work, 'signed')];
  const key = join(work, 'signing-key');
  const [, keyId] = /^Key ([0-9a-f]{16})/.exec((await goodnet('keys', 'create', key)).out)!;
  const ids = made.map(({ id }) => id.slice(0, 16)) as [string, string];
  for (const [i, { path }] of made.entries()) {
    const { out } = await goodnet('publish', path, '--to', to[1]!, '--sign', key, '--activate');
    expect(out).toMatch(
      new RegExp(
        `^${ids[i]} is in \\S+, signed by ${keyId}, and is now current, signed by ${keyId} \\(serial \\d{13}\\)$`,
      ),
    );
  }
  for (const args of [
    ['rollback', ...to],
    ['activate', ids[0], ...to],
    ['publish', made[0]!.path, '--to', to[1]!, '--activate'],
  ]) {
    const { code, err } = await goodnet(...args);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/signed by .*\n {2}Give the key with --sign KEY or GOODNET_SIGN/),
    ]);
  }
  expect(await goodnet('activate', '', ...to, '--sign', key)).toMatchObject({ code: 2, out: '' });
  vi.stubEnv('GOODNET_SIGN', key);
  expect(await goodnet('rollback', ...to)).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^${ids[0]} is current again in .*, signed by ${keyId} `)),
  });
  vi.unstubAllEnvs();
  const claimed = (await goodnet('models', ...to)).out;
  expect(claimed).toMatch(/is signed by \S+: .* \(as the file claims; verified with --trust KEY\)$/);
  const trusted = [...to, '--trust', `${key}.pub`];
  const text = (await goodnet('models', ...trusted)).out;
  const [, serial] = new RegExp(`is signed by ${keyId}: model "signed", serial (\\d+)$`).exec(text)!;
  const told = async () => JSON.parse((await goodnet('models', ...trusted, '--json')).out);
  const verified = { keyId, model: 'signed', serial: Number(serial), verified: true, seenSerial: null };
  expect((await told()).currentSigned).toEqual(verified);
  const file = join(to[1]!, 'current.json');
  vi.stubEnv('GOODNET_SEEN', join(work, 'seen-elsewhere.json'));
  vi.stubEnv('GOODNET_LEAST_SERIAL', String(Number(serial) + 1));
  expect((await goodnet('models', ...trusted)).out).toMatch(
    /It is older than what was seen .*: it has been put back\.$/,
  );
  vi.unstubAllEnvs();
  writeFileSync(file, readFileSync(file, 'utf8').replace(serial!, '9999999999999'));
  const { currentSigned, bundles } = await told();
  expect(currentSigned).toMatchObject({ verified: false });
  expect(bundles.map(({ signers }: { signers: string[] }) => signers)).toEqual([[keyId], [keyId]]);
  expect((await goodnet('models', ...trusted)).out).toContain('is signed by nobody who is trusted here');
  expect((await goodnet('prune', ...trusted, '--keep', '1')).err).toMatch(/not of what it says/);
  expect(await goodnet('activate', ids[1], ...to, '--sign', `${key}.pub`)).toMatchObject({
    code: 2,
    out: '',
  });
});

test('a store that was never signed is signed where it lies', async () => {
  const to = join(work, 'way-over');
  const key = join(work, 'way-over-key');
  await goodnet('keys', 'create', key);
  await goodnet('publish', made[0]!.path, '--to', to, '--activate');
  const id = made[0]!.id.slice(0, 16);
  expect((await goodnet('activate', id, '--store', to, '--sign', key)).err).toMatch(
    /is not signed\n {2}Sign it with goodnet publish/,
  );
  expect((await goodnet('publish', to, '--to', to, '--sign', key, '--activate')).code).toBe(0);
  expect((await goodnet('models', '--store', to)).out).toContain('model "way-over"');
});

test('a damaged current.json is told with the bundles there are, and mended by activate', async () => {
  const to = join(work, 'mended');
  const [first] = made as [(typeof made)[number]];
  const id = first.id.slice(0, 16);
  await goodnet('publish', first.path, '--to', to, '--activate');
  writeFileSync(join(to, 'current.json'), '{');
  const told = await goodnet('models', '--store', to);
  expect(told).toMatchObject({ code: 1, out: expect.stringContaining(id) });
  expect(told.err).toMatch(/current.json is not JSON: it is damaged\n {2}goodnet activate ID/);
  expect((await goodnet('activate', id, '--store', to)).out).toBe(`${id} is now current in ${to}`);
  expect((await goodnet('models', '--store', to)).code).toBe(0);
});
