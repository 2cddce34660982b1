import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomically } from '../../models/bundle/write';
import { GoodNetError, messageOf } from '../../models/errors';
import { headOf, lineOf, type RowFormat } from './rows';
import type { Checkpoint, Rows } from './screen';

/** How often, at most, it is written down how far it is, in milliseconds. */
const EVERY = 1000;

const schema = z.object({
  format: z.literal('goodnet-screening'),
  formatVersion: z.literal(1),
  /** What the rows are of: the bundle, the paths, the format. */
  about: z.string(),
  /** Bytes of the rows up to here. */
  bytes: z.number().int().nonnegative(),
  portions: z.number().int().nonnegative(),
  names: z.string(),
  totals: z.object({ images: z.number(), backdoored: z.number(), errors: z.number() }),
});

/** Rows that go to a file. */
export interface WrittenRows extends Rows {
  /** Puts the file into its place. */
  finish(): Promise<void>;
  /** Leaves what was written, to go on with. @returns whether there is any */
  leave(): Promise<boolean>;
}

/** Rows to standard output. */
export function rowsToStdout(format: RowFormat): WrittenRows {
  const say = async (text: string) => {
    if (text !== '' && !process.stdout.write(text)) {
      await new Promise((done) => process.stdout.once('drain', done));
    }
  };
  let isBegun = false;
  return {
    async write(rows) {
      if (!isBegun) await say(headOf(format));
      isBegun = true;
      await say(rows.map((row) => lineOf(row, format)).join(''));
    },
    reached: async () => {},
    restart: async () => {},
    finish: async () => {
      if (!isBegun) await say(headOf(format));
    },
    leave: async () => false,
  };
}

/**
 * Rows to a file, written to PATH.part beside it and moved into place at the end. PATH.part.json tells how far they are;
 * where an earlier run left these, of the same work, they are gone on with.
 * @param about tells this work from any other
 * @throws GoodNetError `environment` where the file can't be written
 */
export async function rowsToFile(path: string, format: RowFormat, about: string): Promise<WrittenRows> {
  const part = `${path}.part`;
  const note = `${part}.json`;
  const before = await readNote(note, about);
  const file: FileHandle = await open(part, before ? 'r+' : 'w').catch((cause) => {
    throw cannotWrite(path, cause);
  });
  let length = before?.bytes ?? 0;
  let last: Checkpoint | undefined = before;
  let notedAt = 0;

  async function append(text: string): Promise<void> {
    const { bytesWritten } = await file.write(text, length);
    length += bytesWritten;
  }
  async function noteDown(): Promise<void> {
    notedAt = Date.now();
    if ((await file.stat()).size !== length) {
      throw new GoodNetError(`${part} is being written by another run`, {
        kind: 'environment',
        hint: 'Let one of them write elsewhere.',
      });
    }
    const text = { format: 'goodnet-screening', formatVersion: 1, about, bytes: length, ...last };
    await writeFileAtomically(note, new TextEncoder().encode(`${JSON.stringify(text)}\n`));
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
    write: (rows) => append(rows.map((row) => lineOf(row, format)).join('')),
    async reached(checkpoint) {
      last = checkpoint;
      if (Date.now() - notedAt >= EVERY) await noteDown();
    },
    async restart() {
      await rm(note, { force: true });
      await begin();
    },
    async finish() {
      await file.close();
      await rename(part, path).catch((cause) => {
        throw cannotWrite(path, cause);
      });
      await rm(note, { force: true });
    },
    async leave() {
      if (last) await noteDown();
      await file.close();
      if (!last) await rm(part, { force: true });
      return last !== undefined;
    },
  };
}

async function readNote(path: string, about: string) {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const note = schema.parse(JSON.parse(text));
    return note.about === about ? note : undefined;
  } catch {
    // Damaged, or of another version: begun anew.
    return undefined;
  }
}

function cannotWrite(path: string, cause: unknown): GoodNetError {
  return new GoodNetError(`${path} can't be written: ${messageOf(cause)}`, {
    kind: 'environment',
    hint: 'Check that its folder is there and writable.',
    cause,
  });
}
