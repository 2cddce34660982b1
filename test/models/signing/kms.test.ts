import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTrust } from '../../../models/signing/signatures';
import { openSigner } from '../../../models/signing/signer';
import { findBundle } from '../../../models/store/find';
import { folderFiles } from '../../../models/store/folder-files';
import { signInStore } from '../../../models/store/publish';
import { kmsServer } from '../../kms-server';
import { writePlainBundle } from '../store/plain-bundle';

const arnOf = (name: string) => `arn:aws:kms:us-east-1:123456789012:key/${name}`;

describe('keys in KMS', () => {
  const store = mkdtempSync(join(tmpdir(), 'goodnet-kms-'));
  const [one, other, rsa] = ['one', 'other', 'rsa'].map(arnOf) as [string, string, string];
  const server = kmsServer(
    new Map([
      [one, generateKeyPairSync('ed25519').privateKey],
      [other, generateKeyPairSync('ed25519').privateKey],
      [rsa, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ]),
  );
  let id = '';

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', `http://127.0.0.1:${port}`);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
    id = await writePlainBundle(store);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(store, { recursive: true, force: true });
  });
  const load = async (trusted: readonly string[]) => {
    const keys = await openTrust(trusted);
    const bundle = await findBundle(join(store, id.slice(0, 16)), { trust: { keys } });
    return (await bundle.whole()).manifest.id;
  };

  it('sign, and are trusted', async () => {
    await expect(load([one])).rejects.toThrow(/is not signed/);
    await signInStore(folderFiles(store), id, await openSigner(one));
    expect(await load([one])).toBe(id);
    await expect(load([other])).rejects.toThrow(/not trusted here/);
    await signInStore(folderFiles(store), id, await openSigner(other));
    expect([await load([one]), await load([other])]).toEqual([id, id]);
  });

  it('that are of no use are refused', async () => {
    await expect(openSigner(rsa)).rejects.toMatchObject({
      code: 'KEY_UNUSABLE',
      message: expect.stringMatching(/is a key of rsa; Ed25519 is wanted/),
    });
    await expect(openTrust([arnOf('none')])).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(/KMS refuses \S+none: there is no such key/),
    });
  });

  it('of two who sign at once none is lost', async () => {
    const files = folderFiles(store);
    await files.remove([`${id.slice(0, 16)}/signatures.json`]);
    const signers = await Promise.all([openSigner(one), openSigner(other)]);
    await Promise.all(signers.map((signer) => signInStore(files, id, signer)));
    expect([await load([one]), await load([other])]).toEqual([id, id]);
  });
});
