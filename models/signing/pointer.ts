import { verify } from 'node:crypto';
import * as z from 'zod';
import { BundleError } from '../errors';
import type { Signer } from './keys';
import type { TrustedKeys } from './signatures';
import '../zod-without-jit';

/** What is signed of a store's `current.json`: all that it says. */
export interface Pointer {
  /** The store's name, so that what is current in one store can't be passed off as current in another. */
  readonly model: string;
  /** The bundle that is answered with. */
  readonly bundle: string;
  /** Those before it, the last first. */
  readonly before: readonly string[];
  /** Rises with every writing, so that what was current once can't be put back; see nextSerial. */
  readonly serial: number;
}

/** Who has signed a pointer. */
export interface PointerSignature {
  readonly keyId: string;
  readonly signature: string;
}

/** A pointer as it was read; what was not signed has no signature, and may have no serial and no model. */
export type ReadPointer = Pick<Pointer, 'bundle' | 'before'> & {
  readonly signed?: Omit<Pointer, 'bundle' | 'before'> & PointerSignature;
};

/** The fields of `current.json` that are there where it is signed. */
export const signedFields = z.object({
  model: z.string(),
  serial: z.int().min(1),
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  signature: z.base64().length(88),
});

const messageFor = ({ model, bundle, before, serial }: Pointer) =>
  new TextEncoder().encode(`goodnet-current-1\n${JSON.stringify([model, bundle, before, serial])}`);

/** Signs what is current. */
export async function signPointer(pointer: Pointer, signer: Signer): Promise<PointerSignature> {
  const signature = Buffer.from(await signer.sign(messageFor(pointer))).toString('base64');
  return { keyId: signer.keyId, signature };
}

/**
 * The serial of the next writing: milliseconds since 1970, so that it rises even where the pointer before is lost or
 * damaged; one more than the highest that is known, where a clock was ahead.
 * @param known serials of what was current, as far as somebody trusted has signed them
 */
export function nextSerial(known: readonly number[], now = Date.now()): number {
  return Math.max(now, ...known.map((serial) => serial + 1));
}

/** Whether a pointer bears a valid signature by one of the keys. */
export function bearsSignatureOf({ bundle, before, signed }: ReadPointer, keys: TrustedKeys): boolean {
  const key = signed && keys.get(signed.keyId);
  if (!key) return false;
  const { model, serial, signature } = signed;
  return verify(null, messageFor({ model, bundle, before, serial }), key, Buffer.from(signature, 'base64'));
}

/**
 * Holds that what is current is signed by a trusted key, and for this model.
 * @param where the store's `current.json`, for messages
 * @returns its serial
 * @throws BundleError where it is unsigned, signed by others alone, changed since, or of another model
 */
export function checkPointer(pointer: ReadPointer, model: string, keys: TrustedKeys, where: string): number {
  const { signed } = pointer;
  const hint =
    'Sign what is current, or whoever may write there chooses it: goodnet activate ID --store ADDRESS --sign KEY, by a key that is trusted here.';
  if (!signed) throw new BundleError(`${where} is not signed`, { code: 'BUNDLE_UNTRUSTED', hint });
  if (!keys.has(signed.keyId))
    throw new BundleError(`${where} is signed by ${signed.keyId}, which is not trusted here`, {
      code: 'BUNDLE_UNTRUSTED',
      hint,
    });
  if (!bearsSignatureOf(pointer, keys)) {
    throw new BundleError(`${where} bears a signature of ${signed.keyId} that is not of what it says`, {
      code: 'SIGNATURE_BAD',
      hint,
    });
  }
  if (signed.model !== model) {
    throw new BundleError(
      `${where} says what is current of the model ${JSON.stringify(signed.model)}, not of ${JSON.stringify(model)}, as this store is called`,
      {
        code: 'BUNDLE_UNTRUSTED',
        hint: `${hint} A store that was moved keeps its last name, or is signed anew.`,
      },
    );
  }
  return signed.serial;
}
