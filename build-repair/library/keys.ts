/** Keys that sign bundles, those that are believed, and what was seen of the stores that they sign. */
export { createKeys, type Signer } from '../../models/signing/keys';
export { leastSerial, type Seen } from '../../models/signing/seen';
export { openTrust, trustedByName } from '../../models/signing/signatures';
export { openSigner } from '../../models/signing/signer';
export type { Signed, Signing } from '../../models/store/current';
export { seenIn } from '../../models/store/seen-file';
export type { Trust } from '../../models/store/trusted';
