import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { GoodNetError, messageOf } from '../errors';

/** Signs for somebody. */
export interface Signer {
  readonly keyId: string;
  /** The public half, for telling its own signatures. */
  readonly publicKey: KeyObject;
  /** An Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/**
 * Makes an Ed25519 key pair (RFC 8032): the private key in `path` (PKCS #8, PEM, readable by its owner alone), the
 * public one in `path.pub` (SPKI, PEM).
 * @returns the key's id
 * @throws GoodNetError where one of the files is there already, or can't be written; then neither is made
 */
export async function createKeys(path: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = { format: 'pem' } as const;
  const made: string[] = [];
  const write = async (file: string, key: string | Buffer, mode?: number) => {
    const handle = await open(file, 'wx', mode);
    made.push(file);
    await handle.writeFile(key).finally(() => handle.close());
  };
  try {
    await write(path, privateKey.export({ ...pem, type: 'pkcs8' }), 0o600);
    await write(`${path}.pub`, publicKey.export({ ...pem, type: 'spki' }));
  } catch (cause) {
    // One half alone is no pair, and would be in the way of the next try.
    for (const file of made) await rm(file, { force: true });
    const { code, path: file = path } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EEXIST: `${file} is there already`,
      ENOENT: 'there is no such folder',
      EACCES: 'you may not write there',
    };
    const why = reasons[code ?? ''] ?? messageOf(cause);
    throw new GoodNetError(`The keys can't be written to ${path}: ${why}`, {
      hint:
        code === 'EEXIST'
          ? 'Give another path; a key that signed bundles should not be written over.'
          : 'Give another path.',
      cause,
    });
  }
  return keyId(publicKey);
}

/** What a key is called: the first 16 hexadecimal digits of SHA-256 of its public half (SPKI, DER). */
export function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/** Reads a private key. @throws GoodNetError `usage` where it is none of Ed25519 */
export function readPrivateKey(path: string): Promise<KeyObject> {
  return readKey(path, 'private', createPrivateKey);
}

/** Reads a public key. @throws GoodNetError `usage` where it is none of Ed25519 */
export function readPublicKey(path: string): Promise<KeyObject> {
  return readKey(path, 'public', createPublicKey);
}

async function readKey(path: string, half: string, make: (pem: string) => KeyObject): Promise<KeyObject> {
  try {
    const text = await readFile(path, 'utf8');
    for (const other of ['private', 'public'])
      if (other !== half && text.includes(`${other.toUpperCase()} KEY`))
        throw new Error(`it is a ${other} key`);
    if (!text.includes('-----BEGIN ')) throw new Error('it holds no key in PEM');
    const key = make(text);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is of ${key.asymmetricKeyType}`);
    return key;
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isMissing ? 'there is no such file' : messageOf(cause);
    throw new GoodNetError(`${path} is no ${half} Ed25519 key: ${why}`, {
      code: 'KEY_UNUSABLE',
      hint: 'goodnet keys create FILE makes a pair: FILE signs, FILE.pub is trusted.',
      cause,
    });
  }
}
