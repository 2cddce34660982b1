import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fixture } from '../../fixtures/bundles/fixtures';
import { commandLine } from './in-process';

const work = mkdtempSync(join(tmpdir(), 'goodnet-migrate-command-'));
const goodnet = commandLine();

afterAll(() => rmSync(work, { recursive: true, force: true }));

test('what was done with each bundle is told, and what is current; again there is nothing to do', async () => {
  const store = join(work, 'store');
  const { folder, id } = await fixture(7, 'fine-prune');
  await goodnet('publish', folder, '--to', store, '--activate');
  const { code, out } = await goodnet('migrate', store);
  const [, to] = /migrated to ([0-9a-f]{16})/.exec(out)!;
  expect([code, out]).toEqual([
    0,
    `${id.slice(0, 16)} (format 7) was migrated to ${to}, and stays for going back\n${to} is now current in ${store}`,
  ]);
  expect(await goodnet('migrate', store)).toMatchObject({
    code: 0,
    out: `${id.slice(0, 16)} (format 7) is migrated already, to ${to}\nNothing to do: no other bundle in ${store} can be migrated.`,
  });
  const old = join(store, 'a'.repeat(16));
  mkdirSync(old);
  writeFileSync(join(old, 'manifest.json'), JSON.stringify({ format: 'goodnet-bundle', formatVersion: 5 }));
  const left = await goodnet('migrate', store);
  expect(left.code).toBe(1);
  expect(left.err).toMatch(
    /Not migrated in \S+:\n {2}a{16}: .* bundle format 5, .*\n {2}Make the bundle anew with goodnet repair, or /,
  );
  expect(await goodnet('migrate', join(work, 'none'))).toMatchObject({ code: 1, out: '' });
});

test('a signed store is migrated with its key alone', async () => {
  const store = join(work, 'signed');
  const key = join(work, 'key');
  const [, keyId] = /^Key ([0-9a-f]{16})/.exec((await goodnet('keys', 'create', key)).out)!;
  const { folder } = await fixture(7, 'fine-prune');
  await goodnet('publish', folder, '--to', store, '--sign', key, '--activate');
  expect(await goodnet('migrate', store)).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/Give the key with --sign KEY or GOODNET_SIGN/),
  });
  const { code, out } = await goodnet('migrate', store, '--sign', key);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`is now current in ${store}, signed by ${keyId} \\(serial \\d{13}\\)$`));
  const contents = JSON.parse(
    (await goodnet('models', '--store', store, '--trust', `${key}.pub`, '--json')).out,
  );
  expect(contents.currentSigned).toMatchObject({ verified: true });
  expect(contents.bundles.map(({ signers }: { signers: string[] }) => signers)).toEqual([[keyId], [keyId]]);
});
