import * as z from 'zod';
import { BundleError } from '../errors';
import type { Signer } from '../signing/keys';
import { nextSerial, type ReadPointer, signedFields, signPointer } from '../signing/pointer';
import { modelOf } from './address';
import type { Files } from './files';
import '../lean-zod';

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

/** What a store's `current.json` says. */
export interface Current extends ReadPointer {
  /** For a conditional write. */
  readonly version: string;
}

/** A damaged `current.json`: to make a bundle current writes it anew, as long as nobody else has by then. */
export class DamagedPointer extends BundleError {
  constructor(
    message: string,
    /** For a conditional write. */
    readonly version: string,
    cause?: unknown,
  ) {
    super(message, {
      hint: 'goodnet activate ID --store ADDRESS writes it anew; goodnet models lists the bundles there are.',
      cause,
    });
  }
}

/**
 * @returns undefined where the store has none yet
 * @throws DamagedPointer where it is damaged; BundleError where it is of a newer format
 */
export async function readCurrent(files: Files): Promise<Current | undefined> {
  const file = await files.read(CURRENT);
  if (!file) return undefined;
  const where = `${files.address}/${CURRENT}`;
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder().decode(file.bytes));
  } catch (cause) {
    throw new DamagedPointer(`${where} is not JSON: it is damaged`, file.version, cause);
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const why = `${issue.path.join('.')}: ${issue.message}`;
    if (isNewer(raw)) {
      throw new BundleError(`${where} is of a newer format: ${why}`, {
        hint: 'Name one of the bundles in the store instead, or upgrade goodnet.',
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
  const told = schema.pick({ format: true }).extend({ formatVersion: z.number().min(2) });
  return told.safeParse(raw).success;
}

/**
 * Points the store at a bundle, by one conditional write.
 * @param said what `current.json` said when it was decided; a damaged one is written over
 * @param signer signs what is written, with the next serial; without, it is left unsigned
 * @returns false where it says something else by now
 */
export async function writeCurrent(
  files: Files,
  bundle: string,
  said: Current | undefined | 'damaged' | DamagedPointer,
  signer?: Signer,
): Promise<boolean> {
  const was = said === 'damaged' || said instanceof DamagedPointer ? undefined : said;
  const passed = was && was.bundle !== bundle ? [was.bundle, ...was.before] : (was?.before ?? []);
  const before = passed.filter((each) => each !== bundle).slice(0, MOST_BEFORE);
  const signed = signer && (await signedAs({ bundle, before }, was, files, signer));
  const told = { format: 'goodnet-store', formatVersion: 1, bundle, before, signed };
  const condition = said === 'damaged' ? 'any' : said ? { version: said.version } : 'new';
  const bytes = new TextEncoder().encode(`${JSON.stringify(told, null, 1)}\n`);
  if (await files.write(CURRENT, bytes, condition)) return true;
  // It may have been written by ourselves, the answer lost, and tried again: then it says what we wanted.
  const now = await files.read(CURRENT);
  return now !== undefined && Buffer.compare(now.bytes, bytes) === 0;
}

async function signedAs(
  pointer: Pick<Current, 'bundle' | 'before'>,
  was: Current | undefined,
  { address }: Files,
  signer: Signer,
) {
  const named = { model: modelOf(address), serial: nextSerial(was, signer) };
  return { ...named, ...(await signPointer({ ...pointer, ...named }, signer)) };
}
