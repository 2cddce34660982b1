import { join } from 'node:path';
import { createKeys, type Signer } from '../../../models/signing/keys';
import { openTrust, type TrustedKeys } from '../../../models/signing/signatures';
import { openSigner } from '../../../models/signing/signer';

/** Makes two keys in a folder, one of them trusted. */
export async function signersIn(
  folder: string,
): Promise<{ ours: Signer; strangers: Signer; keys: TrustedKeys }> {
  for (const name of ['ours', 'strangers']) await createKeys(join(folder, name));
  return {
    ours: await openSigner(join(folder, 'ours')),
    strangers: await openSigner(join(folder, 'strangers')),
    keys: await openTrust([join(folder, 'ours.pub')]),
  };
}
