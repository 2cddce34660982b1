import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { GoodNetError, messageOf } from '../../models/errors';

/** Text that goes to a file, whole or not at all, or to standard output. */
export interface Output {
  write(text: string): Promise<void>;
  /** Puts the file into its place. */
  finish(): Promise<void>;
  /** Takes back what was written to the file. */
  discard(): Promise<void>;
}

/**
 * @param path undefined or `-` for standard output
 * @throws GoodNetError `environment` when the file can't be made
 */
export async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined || path === '-') {
    return {
      write: async (text) => {
        if (!process.stdout.write(text)) await new Promise((done) => process.stdout.once('drain', done));
      },
      finish: async () => {},
      discard: async () => {},
    };
  }
  const aside = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  const file: FileHandle = await open(aside, 'wx').catch((cause) => {
    throw cannotWrite(path, cause);
  });
  return {
    write: async (text) => {
      await file.write(text);
    },
    finish: async () => {
      await file.close();
      await rename(aside, path).catch(async (cause) => {
        await rm(aside, { force: true });
        throw cannotWrite(path, cause);
      });
    },
    discard: async () => {
      await file.close();
      await rm(aside, { force: true });
    },
  };
}

/** Writes a text file whole or not at all. */
export async function writeText(path: string, text: string): Promise<void> {
  const output = await openOutput(path);
  await output.write(text);
  await output.finish();
}

function cannotWrite(path: string, cause: unknown): GoodNetError {
  return new GoodNetError(`${path} can't be written: ${messageOf(cause)}`, {
    kind: 'environment',
    hint: 'Check that its folder is there and writable.',
    cause,
  });
}
