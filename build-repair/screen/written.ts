import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomically } from '../../models/bundle/write';
import { GoodNetError } from '../../models/errors';
import { cannotWrite, refuseFolder } from '../writable';
import { headOf, type Judge, lineOf, type RowFormat } from './rows';
import type { Checkpoint, Rows } from './screen';

/** How often, at most, it is written down how far it is, in milliseconds. */
const EVERY = 1000;

const schema = z.object({
  format: z.literal('goodnet-screening'),
  /** Another where rows have other columns: what an earlier version left is begun anew. */
  formatVersion: z.literal(2),
  /** What the rows are of: the bundle, the paths, the format. */
  about: z.string(),
  /** Bytes of the rows up to here. */
  bytes: z.number().int().nonnegative(),
  portions: z.number().int().nonnegative(),
  names: z.string(),
  totals: z.object({
    images: z.number(),
    backdoored: z.number(),
    errors: z.number(),
    others: z.object({ size: z.number(), shape: z.number() }).optional(),
  }),
});

/** Rows that go to a file. */
export interface WrittenRows extends Rows {
  /** Puts the file into its place. */
  finish(): Promise<void>;
  /** Leaves what was written, to go on with. @returns whether there is any */
  leave(): Promise<boolean>;
}

/**
 * Rows to what can't be gone on with, such as a named pipe.
 * @param by what gives the verdicts
 * @param put writes text there
 * @param close ends it
 */
export function rowsToStream(
  format: RowFormat,
  by: Judge,
  put: (text: string) => Promise<void>,
  close: () => Promise<void> = async () => {},
): WrittenRows {
  const say = async (text: string) => {
    if (text !== '') await put(text);
  };
  let isBegun = false;
  return {
    async write(rows) {
      if (!isBegun) await say(headOf(format));
      isBegun = true;
      await say(rows.map((row) => lineOf(row, format, by)).join(''));
    },
    reached: async () => {},
    restart: async () => {},
    finish: async () => {
      if (!isBegun) await say(headOf(format));
      await close();
    },
    leave: async () => false,
  };
}

/**
 * Rows to a file, written to PATH.part beside it and moved into place at the end. PATH.part.json tells how far they are;
 * where an earlier run left these, of the same work, they are gone on with.
 * @param by what gives the verdicts
 * @param about tells this work from any other
 * @throws GoodNetError `environment` where the file can't be written
 */
export async function rowsToFile(
  path: string,
  format: RowFormat,
  by: Judge,
  about: string,
): Promise<WrittenRows> {
  const part = `${path}.part`;
  const note = `${part}.json`;
  await refuseFolder(path);
  const before = await readNote(note, part, about);
  const file: FileHandle = await open(part, before ? 'r+' : 'w').catch((cause) => {
    throw cannotWrite(path, cause);
  });
  let length = before?.bytes ?? 0;
  let last: Checkpoint | undefined = before;
  let notedAt = 0;
  let isClosed = false;
  let isNoted = before !== undefined;

  /** All of the text or none of it: what a full disk leaves of it is taken back. */
  async function append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; )
        done += (await file.write(bytes, done, bytes.length - done, length + done)).bytesWritten;
    } catch (cause) {
      await file.truncate(length).catch(() => {});
      throw cannotWrite(path, cause);
    }
    length += bytes.length;
  }
  async function noteDown(): Promise<void> {
    notedAt = Date.now();
    if ((await file.stat()).size !== length) {
      throw new GoodNetError(`${part} is being written by another run`, {
        code: 'OUTPUT_UNWRITABLE',
        kind: 'environment',
        hint: 'Let one of them write elsewhere.',
      });
    }
    const text = { format: 'goodnet-screening', formatVersion: 2, about, bytes: length, ...last };
    await file.sync();
    const bytes = new TextEncoder().encode(`${JSON.stringify(text)}\n`);
    await writeFileAtomically(note, bytes).catch((cause) => {
      throw cannotWrite(note, cause);
    });
    isNoted = true;
  }
  async function begin(): Promise<void> {
    await file.truncate(0);
    length = 0;
    last = undefined;
    await append(headOf(format));
  }
  // What was written after the last note is written again.
  if (before) await file.truncate(length);
  else await begin();
  return {
    from: before,
    write: (rows) => append(rows.map((row) => lineOf(row, format, by)).join('')),
    async reached(checkpoint) {
      last = checkpoint;
      if (Date.now() - notedAt >= EVERY) await noteDown();
    },
    async restart() {
      await rm(note, { force: true });
      isNoted = false;
      await begin();
    },
    async finish() {
      if (last) await noteDown();
      isClosed = true;
      await file.close();
      await rename(part, path).catch((cause) => {
        throw cannotWrite(path, cause);
      });
      await rm(note, { force: true });
    },
    async leave() {
      if (!isClosed) {
        isClosed = true;
        // What stopped the work is to be told, not what this fails by: an earlier note serves as well.
        if (last) await noteDown().catch(() => {});
        await file.close();
      }
      if (!isNoted) await rm(part, { force: true });
      return isNoted;
    },
  };
}

/** How far an earlier run is, where it is of the same work and what it wrote is there. */
async function readNote(path: string, part: string, about: string) {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const rows = await stat(part).catch(() => undefined);
  if (text === undefined || rows === undefined) return undefined;
  try {
    const note = schema.parse(JSON.parse(text));
    return note.about === about && rows.size >= note.bytes ? note : undefined;
  } catch {
    // Damaged, or of another version: begun anew.
    return undefined;
  }
}
