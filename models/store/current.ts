import * as z from 'zod';
import { BundleError } from '../errors';
import { first } from '../present';
import type { Signer } from '../signing/keys';
import {
  bearsSignatureOf,
  nextSerial,
  type ReadPointer,
  signedFields,
  signPointer,
} from '../signing/pointer';
import { type Seen, seenByUs } from '../signing/seen';
import type { TrustedKeys } from '../signing/signatures';
import { modelOf, placeOf } from './address';
import { type Files, MOST_BYTES, UnusableFile } from './files';
import '../zod-without-jit';

export const CURRENT = 'current.json';
const MOST_BEFORE = 20;

const id = z.string().regex(/^[0-9a-f]{64}$/);
const schema = z.object({
  format: z.literal('goodnet-store'),
  formatVersion: z.literal(1),
  /** The bundle that is answered with. */
  bundle: id,
  /** Those before it, the last first. */
  before: z.array(id).optional(),
  /** Versions of before leave it out when they read, and when they write. */
  signed: signedFields.optional(),
});

/** With what it is signed that a bundle is current. */
export interface Signing {
  readonly signer: Signer;
  /** Keys whose signatures are believed, too. */
  readonly trusted?: TrustedKeys | undefined;
  /** The serials of what was current that are known already; left out: those that this process has seen. */
  readonly seen?: Seen | undefined;
  /** Told what was signed. */
  readonly onSigned?: (signed: Signed) => void;
}

/** What was signed. */
export interface Signed {
  readonly keyId: string;
  readonly serial: number;
  /** Whether what was current before is not gone back to: nobody who is believed has signed it, or it was put back. */
  readonly isForgotten: boolean;
}

/** What a store's `current.json` says. */
export interface Current extends ReadPointer {
  /** For a conditional write. */
  readonly version: string;
}

/** A damaged `current.json`: to make a bundle current writes it anew, as long as nobody else has by then. */
export class DamagedPointer extends BundleError {
  constructor(
    message: string,
    /** For a conditional write; undefined where it is no file that can be read. */
    readonly version: string | undefined,
    cause?: unknown,
  ) {
    super(message, {
      code: 'STORE_POINTER_DAMAGED',
      hint: 'goodnet activate ID --store ADDRESS writes it anew (with --sign KEY where it is to be signed); goodnet models lists the bundles there are.',
      cause,
    });
  }
}

/**
 * @returns undefined where the store has none yet
 * @throws DamagedPointer where it is damaged; BundleError where it is of a newer format
 */
export async function readCurrent(files: Files): Promise<Current | undefined> {
  const where = `${files.address}/${CURRENT}`;
  const file = await files.read(CURRENT, { maxBytes: MOST_BYTES.current }).catch((error) => {
    if (error instanceof UnusableFile) throw new DamagedPointer(error.message, undefined, error);
    throw error;
  });
  if (!file) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder().decode(file.bytes));
  } catch (cause) {
    throw new DamagedPointer(`${where} is not JSON: it is damaged`, file.version, cause);
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const issue = first(parsed.error.issues);
    const why = `${issue.path.join('.')}: ${issue.message}`;
    if (isNewer(raw)) {
      throw new BundleError(`${where} is of a newer format: ${why}`, {
        code: 'BUNDLE_FORMAT_UNKNOWN',
        hint: 'Upgrade goodnet, or name one of the bundles in the store instead. Where nobody newer has written it, remove it.',
      });
    }
    throw new DamagedPointer(`${where} is damaged: ${why}`, file.version);
  }
  const { bundle, before = [], signed } = parsed.data;
  return { bundle, before, ...(signed && { signed }), version: file.version };
}

/** The same, for whoever means to mend it. */
export async function readCurrentOrDamage(files: Files): Promise<Current | DamagedPointer | undefined> {
  return await readCurrent(files).catch((error) => {
    if (error instanceof DamagedPointer) return error;
    throw error;
  });
}

function isNewer(raw: unknown): boolean {
  const newer = schema.pick({ format: true }).extend({ formatVersion: z.number().min(2) });
  return newer.safeParse(raw).success;
}

/**
 * Points the store at a bundle, by one conditional write.
 * @param said what `current.json` said when it was decided; a damaged one is written over
 * @param signing signs what is written; left out, it is left unsigned
 * @returns false where it says something else by now
 */
export async function writeCurrent(
  files: Files,
  bundle: string,
  said: Current | undefined | DamagedPointer,
  signing?: Signing,
): Promise<boolean> {
  const was = said instanceof DamagedPointer ? undefined : said;
  const believed = signing && was ? await believedOf(was, files, signing) : was;
  const before = passedOn(believed, bundle);
  const signed = signing && (await signedAs({ bundle, before }, believed, files, signing));
  const newer = { format: 'goodnet-store', formatVersion: 1, bundle, before, signed };
  const version = said?.version;
  const condition = said ? (version === undefined ? 'any' : { version }) : 'new';
  const bytes = new TextEncoder().encode(`${JSON.stringify(newer, null, 1)}\n`);
  if (!(await files.write(CURRENT, bytes, condition))) {
    // It may have been written by ourselves, the answer lost, and tried again: then it says what we wanted.
    const now = await files.read(CURRENT, { maxBytes: MOST_BYTES.current });
    if (!now || Buffer.compare(now.bytes, bytes) !== 0) return false;
  }
  if (signed) {
    const { keyId, serial } = signed;
    await (signing.seen ?? seenByUs).note(placeOf(files.address), serial);
    signing.onSigned?.({ keyId, serial, isForgotten: was !== believed });
  }
  return true;
}

/** What was current before, the last first, once a bundle is. */
function passedOn(was: Current | undefined, bundle: string): string[] {
  const passed = was && was.bundle !== bundle ? [was.bundle, ...was.before] : (was?.before ?? []);
  return passed.filter((each) => each !== bundle).slice(0, MOST_BEFORE);
}

/**
 * What is current, where it was signed by those who are believed, for this store, and is not older than what was seen; else
 * undefined: nobody else's word is signed with ours.
 */
async function believedOf(
  current: Current,
  { address }: Files,
  signing: Signing,
): Promise<Current | undefined> {
  const { signed } = current;
  if (signed?.model !== modelOf(address) || !bearsSignatureOf(current, keysOf(signing))) return undefined;
  const newest = await (signing.seen ?? seenByUs).newest(placeOf(address));
  return signed.serial >= (newest ?? 0) ? current : undefined;
}

/** Whose word on a store is believed by who signs. */
export function keysOf({ signer: { keyId, publicKey }, trusted = new Map() }: Signing): TrustedKeys {
  return new Map([...trusted, [keyId, publicKey]]);
}

async function signedAs(
  pointer: Pick<Current, 'bundle' | 'before'>,
  believed: Current | undefined,
  files: Files,
  { signer, seen = seenByUs }: Signing,
) {
  const known = [believed?.signed?.serial, await seen.newest(placeOf(files.address))];
  const serial = nextSerial(known.filter((each) => each !== undefined));
  const named = { model: modelOf(files.address), serial };
  return { ...named, ...(await signPointer({ ...pointer, ...named }, signer)) };
}
