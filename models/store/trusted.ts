import { checkPointer } from '../signing/pointer';
import { checkSerial, type Seen, seenByUs } from '../signing/seen';
import type { TrustedKeys } from '../signing/signatures';
import { modelOf, placeOf } from './address';
import { currentOf } from './bundles';
import { CURRENT, type Current } from './current';
import type { Files } from './files';

/** Who is believed, and what was seen already. */
export interface Trust {
  /** Keys one of which must have signed a bundle, and that it is current. */
  readonly keys: TrustedKeys;
  /** The serials of what was current; left out: those that this process has seen. */
  readonly seen?: Seen | undefined;
}

/**
 * What is current in a store.
 * @param trust where given, it is held to that
 * @throws BundleError where there is none: it is no store; or as checkCurrent
 */
export async function trustedCurrent(files: Files, trust: Trust | undefined): Promise<Current> {
  const current = await currentOf(files);
  if (trust) await checkCurrent(files, current, trust);
  return current;
}

/**
 * Holds that what a store says is current is signed by a trusted key, for this store, and not older than what was seen.
 * @throws BundleError where it is not
 */
export async function checkCurrent(
  { address }: Pick<Files, 'address'>,
  current: Current,
  { keys, seen = seenByUs }: Trust,
): Promise<void> {
  const where = `${address}/${CURRENT}`;
  const serial = checkPointer(current, modelOf(address), keys, where);
  await checkSerial(seen, placeOf(address), serial, where);
}
