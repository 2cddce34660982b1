import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeys, readPublicKey } from '../../../models/signing/keys';
import { openTrust } from '../../../models/signing/signatures';
import { openSigner } from '../../../models/signing/signer';
import { findBundle } from '../../../models/store/find';
import { folderFiles } from '../../../models/store/folder-files';
import { setCurrent } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
import { s3Client, s3Files } from '../../../models/store/s3-files';
import { hasS3Server, startS3Server } from '../../s3-server';
import { writePlainBundle } from '../store/plain-bundle';

const work = mkdtempSync(join(tmpdir(), 'goodnet-signing-'));
const at = (...names: string[]) => join(work, ...names);
const made = at('made');
let id = '';

beforeAll(async () => {
  id = await writePlainBundle(made);
  for (const name of ['old', 'new', 'stranger']) await createKeys(at(name));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Publishes the bundle into a folder, signed by some keys one after the other. */
async function published(name: string, keys: readonly string[]): Promise<string> {
  const files = folderFiles(at(name));
  await publish(made, files);
  for (const key of keys) await publish(made, files, { signer: await openSigner(at(key)) });
  return at(name, id.slice(0, 16));
}
const load = async (path: string, trusted: readonly string[]) => {
  const keys = await openTrust(trusted.map((key) => at(`${key}.pub`)));
  const bundle = await findBundle(path, { trust: { keys } });
  return (await bundle.whole()).manifest.id;
};

describe('signed bundles', () => {
  it('are loaded where one of their keys is trusted', async () => {
    expect(await load(await published('by-old', ['old']), ['old'])).toBe(id);
  });

  it('pass from one key to the next: both trusted, then both signed', async () => {
    const old = await published('rotating', ['old']);
    expect(await load(old, ['old', 'new'])).toBe(id);
    const both = await published('rotating', ['old', 'new']);
    expect(await load(both, ['old'])).toBe(id);
    expect(await load(both, ['new'])).toBe(id);
  });

  it('are refused unsigned, by strangers, and with the signature of another bundle', async () => {
    await expect(load(await published('unsigned', []), ['old'])).rejects.toThrow(/is not signed/);
    await expect(load(await published('strange', ['stranger']), ['old'])).rejects.toThrow(/not trusted here/);
    const other = at('other');
    const otherId = await writePlainBundle(other, { seed: 2 });
    const into = join(other, otherId.slice(0, 16), 'signatures.json');
    copyFileSync(at('by-old', id.slice(0, 16), 'signatures.json'), into);
    await expect(load(dirname(into), ['old'])).rejects.toThrow(/not of this bundle/);
    writeFileSync(into, '{}');
    await expect(load(dirname(into), ['old'])).rejects.toThrow(/signatures.json is damaged/);
  });

  it('need no signature where no key is named', async () => {
    expect((await findBundle(made)).manifest.id).toBe(id);
  });

  it.skipIf(!hasS3Server)('are held to it in S3, too', async () => {
    const server = await startS3Server();
    Object.assign(process.env, server.env);
    const files = s3Files('s3://goodnet/signed', s3Client(server.config));
    const signer = await openSigner(at('old'));
    await publish(made, files);
    await setCurrent(files, id, { signer });
    await expect(load('s3://goodnet/signed', ['old'])).rejects.toThrow(/[0-9a-f]{16} is not signed/);
    await publish(made, files, { signer });
    expect(await load('s3://goodnet/signed', ['old'])).toBe(id);
    await server.close();
  });
});

describe('keys', () => {
  it('are for their owner alone, and never written over', async () => {
    expect(statSync(at('old')).mode & 0o777).toBe(0o600);
    const before = readFileSync(at('old'), 'utf8');
    await expect(createKeys(at('old'))).rejects.toThrow(/old is there already/);
    expect(readFileSync(at('old'), 'utf8')).toBe(before);
  });

  it('are made both or not at all', async () => {
    writeFileSync(at('half.pub'), 'of another pair');
    await expect(createKeys(at('half'))).rejects.toThrow(/half\.pub is there already/);
    expect(existsSync(at('half'))).toBe(false);
    expect(readFileSync(at('half.pub'), 'utf8')).toBe('of another pair');
  });

  it('are told apart from what is none', async () => {
    await expect(openSigner(at('old.pub'))).rejects.toThrow(/is no private Ed25519 key: it is a public key/);
    await expect(openSigner('package.json')).rejects.toThrow(/it holds no key in PEM/);
    await expect(createKeys(at('none/key'))).rejects.toThrow(/there is no such folder/);
    await expect(readPublicKey(at('old'))).rejects.toThrow(/it is a private key/);
    await expect(openTrust([at('none')])).rejects.toThrow(/is no public Ed25519 key: there is no such file/);
  });
});
