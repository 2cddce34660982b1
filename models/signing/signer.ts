import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { keyId, readPrivateKey, type Signer } from './keys';

/** Whether a key is one in AWS's KMS. */
export function isKms(key: string): boolean {
  return /^arn:aws[a-z-]*:kms:/.test(key);
}

/**
 * Who signs with a key.
 * @param key a file of a private key, or the ARN of a key in KMS (ECC_NIST_EDWARDS25519), which never leaves it
 * @throws GoodNetError where there is no such key
 */
export async function openSigner(key: string): Promise<Signer> {
  if (isKms(key)) return (await import('./kms')).kmsSigner(key);
  return fileSigner(await readPrivateKey(key));
}

function fileSigner(key: KeyObject): Signer {
  const publicKey = createPublicKey(key);
  return {
    keyId: keyId(publicKey),
    publicKey,
    sign: async (message) => new Uint8Array(sign(null, message, key)),
  };
}
