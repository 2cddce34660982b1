import type { Signer } from '../signing/keys';
import { openTrust, type TrustedKeys } from '../signing/signatures';
import { openSigner } from '../signing/signer';
import type { Signing } from './current';
import type { Trust } from './trusted';

/** Keys whose signatures are believed: files of public keys, ARNs of keys in KMS, or keys that were read already. */
export type TrustGiven = string | readonly string[] | TrustedKeys | Trust;

/** Who signs: the file of a private key, the ARN of a key in KMS, or a signer that was opened already. */
export type SigningGiven = string | Signer | Signing;

/**
 * Opens the keys that are believed.
 * @returns undefined where nothing is given, and signatures are not asked for; with no key at all, nobody is believed
 * @throws GoodNetError where one can't be had
 */
export async function openGivenTrust(trust: TrustGiven | undefined): Promise<Trust | undefined> {
  if (trust === undefined) return undefined;
  if (typeof trust === 'string') return { keys: await openTrust([trust]) };
  if (isMany(trust)) return { keys: await openTrust(trust) };
  return 'get' in trust ? { keys: trust } : trust;
}

/** Opens the key that signs. @throws GoodNetError where it can't be had */
export async function openGivenSigning(sign: SigningGiven | undefined): Promise<Signing | undefined> {
  if (sign === undefined) return undefined;
  if (typeof sign === 'string') return { signer: await openSigner(sign) };
  return 'signer' in sign ? sign : { signer: sign };
}

function isMany(trust: readonly string[] | TrustedKeys | Trust): trust is readonly string[] {
  return Array.isArray(trust);
}
