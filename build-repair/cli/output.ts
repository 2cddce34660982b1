import { randomUUID } from 'node:crypto';
import { constants, fstatSync, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { printable, printableJson } from '../../models/printable';
import type { RowFormat } from '../index';
import { cannotWrite, isSame, targetOf } from '../writable';

/** Text that goes to a file, whole or not at all, or to standard output, a device or a named pipe. */
export interface Output {
  write(text: string): Promise<void>;
  /** Puts the file into its place. */
  finish(): Promise<void>;
  /** Takes back what was written to the file. */
  discard(): Promise<void>;
}

/**
 * A link is written through to its file; a device or a named pipe is written to as it is, and not replaced.
 * @param path undefined or `-` for standard output
 * @throws GoodNetError `environment` when the file can't be made
 */
export async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined || path === '-') return toStream(process.stdout);
  const target = await targetOf(path);
  const own = await ownStream(path);
  if (own) return toStream(own);
  return target.isStream ? toDevice(path) : toFile(path, target.path);
}

function toStream(stream: NodeJS.WriteStream): Output {
  return {
    write: async (text) => {
      if (!stream.write(text)) await new Promise((done) => stream.once('drain', done));
    },
    finish: async () => {},
    discard: async () => {},
  };
}

/** Rows to standard output, as a terminal may show them; where it is piped, names stay as they are. */
export function rowsToStdout(format: RowFormat): Output {
  const output = toStream(process.stdout);
  const shown = format === 'csv' ? printable : printableJson;
  return { ...output, write: (text) => output.write(process.stdout.isTTY ? shown(text) : text) };
}

/** The stream of our own that a path such as /dev/stdout is. */
async function ownStream(path: string): Promise<NodeJS.WriteStream | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && [process.stdout, process.stderr].find(({ fd }) => isOpenOn(fd, found));
}

function isOpenOn(fd: number, found: Stats): boolean {
  try {
    return isSame(fstatSync(fd), found);
  } catch {
    // It is closed.
    return false;
  }
}

async function toDevice(path: string): Promise<Output> {
  const file = await open(path, constants.O_WRONLY).catch((cause) => {
    throw cannotWrite(path, cause);
  });
  return {
    write: async (text) => {
      await file.writeFile(text).catch(async (cause) => {
        await file.close();
        throw cannotWrite(path, cause);
      });
    },
    finish: () => file.close(),
    discard: () => file.close(),
  };
}

/** @param path as it was given @param place where that leads to */
async function toFile(path: string, place: string): Promise<Output> {
  await mkdir(dirname(place), { recursive: true }).catch((cause) => {
    throw cannotWrite(path, cause);
  });
  const temporary = `${place}.${randomUUID().slice(0, 8)}.tmp`;
  const file: FileHandle = await open(temporary, 'wx').catch((cause) => {
    throw cannotWrite(path, cause);
  });
  const discard = async () => {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
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
        await rename(temporary, place);
      }),
    discard,
  };
}

/** Whether a path is standard output, by whatever name. */
export async function isStdout(path: string | undefined): Promise<boolean> {
  return path === '-' || (path !== undefined && (await ownStream(path)) === process.stdout);
}

/** Writes a text file, and the folder that it is to be in, whole or not at all. @throws as openOutput */
export async function writeText(path: string, text: string): Promise<void> {
  const output = await openOutput(path);
  await output.write(text);
  await output.finish();
}
