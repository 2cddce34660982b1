import { type KeyObject, verify } from 'node:crypto';
import * as z from 'zod';
import { BundleError, UsageError } from '../errors';
import { first } from '../present';
import { keyId, readPublicKey, type Signer } from './keys';
import { isKms } from './signer';
import '../zod-without-jit';

/** The longest `signatures.json`, in bytes, and the most signatures in it. */
export const MOST_SIGNATURES = 2 ** 18;
const MOST_SIGNERS = 64;
/** So many ids are told where nobody is trusted. */
const MOST_LISTED = 5;

/** Beside a bundle's manifest.json. */
export const SIGNATURES = 'signatures.json';

const schema = z.object({
  format: z.literal('goodnet-signatures'),
  formatVersion: z.literal(1),
  signatures: z
    .array(z.object({ keyId: z.string().regex(/^[0-9a-f]{16}$/), signature: z.base64().length(88) }))
    .max(MOST_SIGNERS),
});

export type Signatures = z.infer<typeof schema>['signatures'];

/** What is signed: the bundle's id is the SHA-256 of its manifest, which holds that of every file. */
const messageFor = (id: string) => new TextEncoder().encode(`goodnet-bundle-1\n${id}`);

/** The text of signatures.json with one more signature; one by the same key is replaced. */
export async function addSignature(id: string, signer: Signer, before: Signatures = []): Promise<string> {
  const signature = Buffer.from(await signer.sign(messageFor(id))).toString('base64');
  const others = before.filter((each) => each.keyId !== signer.keyId);
  return signaturesText([{ keyId: signer.keyId, signature }, ...others]);
}

/** The text of signatures.json: the first of them, where there are too many. */
export function signaturesText(signatures: Signatures): string {
  const most = signatures.slice(0, MOST_SIGNERS);
  return `${JSON.stringify({ format: 'goodnet-signatures', formatVersion: 1, signatures: most }, null, 1)}\n`;
}

const REMOVE = 'Remove it, and sign the bundle anew: goodnet publish BUNDLE --to ADDRESS --sign KEY.';

/** @param where for messages @throws BundleError where it is damaged */
export function parseSignatures(text: string, where: string): Signatures {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new BundleError(`${where} is not JSON: it is damaged`, {
      code: 'SIGNATURE_BAD',
      hint: REMOVE,
      cause,
    });
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data.signatures;
  const { message } = first(parsed.error.issues);
  throw new BundleError(`${where} is damaged or of a newer format: ${message}`, {
    code: 'SIGNATURE_BAD',
    hint: REMOVE,
  });
}

/** Keys whose signatures are believed, by id. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/**
 * The keys that a variable such as GOODNET_TRUST names, parted by commas; none where it is not set, or empty.
 * @throws UsageError where it is no more than commas: whoever wrote them wants signatures
 */
export function trustedByName(given: string | undefined): string[] {
  const keys = (given ?? '').split(',').flatMap((key) => key.trim() || []);
  if (keys.length > 0 || !given?.trim()) return keys;
  throw new UsageError(`GOODNET_TRUST names no key: ${given}`, {
    hint: 'Name the keys, parted by commas, or leave it empty where bundles need no signature.',
  });
}

/**
 * Reads the keys that are trusted.
 * @param keys files of public keys, or ARNs of keys in KMS
 * @throws GoodNetError where one can't be had
 */
export async function openTrust(keys: readonly string[]): Promise<TrustedKeys> {
  const opened = await Promise.all(
    keys.map(async (key) => (isKms(key) ? (await import('./kms')).kmsPublicKey(key) : readPublicKey(key))),
  );
  return new Map(opened.map((key) => [keyId(key), key]));
}

/**
 * Holds that a bundle is signed by a trusted key.
 * @param signatures undefined where there are none
 * @param where the bundle's folder, for messages
 * @throws BundleError where it is unsigned, signed by others alone, or no trusted key's signature is of it
 */
export function checkSigned(
  id: string,
  signatures: Signatures | undefined,
  trusted: TrustedKeys,
  where: string,
): void {
  const hint = 'Sign it with goodnet publish --sign KEY, by a key that is trusted here.';
  if (!signatures || signatures.length === 0)
    throw new BundleError(`${where} is not signed`, { code: 'BUNDLE_UNTRUSTED', hint });
  const known = signatures.filter((each) => trusted.has(each.keyId));
  if (known.length === 0) {
    const ids = signatures.slice(0, MOST_LISTED).map((each) => each.keyId);
    const by = `${ids.join(', ')}${signatures.length > MOST_LISTED ? ' and others' : ''}`;
    throw new BundleError(`${where} is signed by ${by}, which is not trusted here`, {
      code: 'BUNDLE_UNTRUSTED',
      hint,
    });
  }
  if (known.some((each) => isSignedBy(id, each, trusted))) return;
  throw new BundleError(`${where} bears a signature of ${first(known).keyId} that is not of this bundle`, {
    code: 'SIGNATURE_BAD',
    hint,
  });
}

/** Whether a signature is a trusted key's, and of the bundle. */
export function isSignedBy(
  id: string,
  { keyId, signature }: Signatures[number],
  trusted: TrustedKeys,
): boolean {
  const key = trusted.get(keyId);
  return key !== undefined && verify(null, messageFor(id), key, Buffer.from(signature, 'base64'));
}
