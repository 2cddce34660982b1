import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkPlace } from '../../models/bundle/place';
import { cannotWrite, refuseFolder } from '../writable';

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
  await mkdir(dirname(path), { recursive: true }).catch((cause) => {
    throw cannotWrite(path, cause);
  });
  const aside = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  const file: FileHandle = await open(aside, 'wx').catch((cause) => {
    throw cannotWrite(path, cause);
  });
  const discard = async () => {
    await file.close().catch(() => {});
    await rm(aside, { force: true });
  };
  const orDiscard = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (cause) {
      await discard();
      throw cannotWrite(path, cause);
    }
  };
  return {
    // Not write(), which may write a part of it and say nothing, as on a full disk.
    write: (text) => orDiscard(() => file.writeFile(text)),
    finish: () =>
      orDiscard(async () => {
        await file.sync();
        await file.close();
        await rename(aside, path);
      }),
    discard,
  };
}

/** Writes a text file, and the folder that it is to be in, whole or not at all. @throws as openOutput */
export async function writeText(path: string, text: string): Promise<void> {
  const output = await openOutput(path);
  await output.write(text);
  await output.finish();
}

/**
 * Looks whether a file can be written, before the work whose result it is to hold.
 * @throws GoodNetError `environment` where it can't, as far as that can be told without writing
 */
export async function checkOutput(path: string): Promise<void> {
  await refuseFolder(path);
  await checkPlace(dirname(path));
}
