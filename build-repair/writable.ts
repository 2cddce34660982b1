import { constants, type Stats } from 'node:fs';
import { access, lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { checkWritableFolder } from '../models/bundle/writable-folder';
import { GoodNetError, messageOf, UsageError } from '../models/errors';

/** What is told where a file can't be written. */
export function cannotWrite(path: string, cause: unknown): GoodNetError {
  return new GoodNetError(`${path} can't be written: ${messageOf(cause)}`, {
    code: 'OUTPUT_UNWRITABLE',
    hint: 'Check that its folder is there and writable.',
    cause,
  });
}

/** @throws GoodNetError `environment` where a folder is in the place of a file that is to be written */
export async function refuseFolder(path: string): Promise<void> {
  const found = await statOf(path);
  if (found?.isDirectory()) throw cannotWrite(path, new Error('it is a folder'));
}

/** Where what is written to a path goes. */
export interface Target {
  /** The file itself: a link was followed. */
  readonly path: string;
  /** A device or a named pipe, which is written to and never replaced. */
  readonly isStream: boolean;
}

/**
 * Follows links to the file that is to be written, whether it is there yet or not.
 * @throws GoodNetError `environment` for a folder, a socket, a disk, and a link that leads round in a circle
 */
export async function targetOf(path: string): Promise<Target> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ELOOP') throw cannotWrite(path, cause);
    return undefined;
  });
  if (found?.isDirectory()) throw cannotWrite(path, new Error('it is a folder'));
  if (found?.isSocket()) throw cannotWrite(path, new Error('it is a socket'));
  if (found?.isBlockDevice()) throw cannotWrite(path, new Error('it is a disk'));
  if (found && !found.isFile()) return { path, isStream: true };
  const link = await lstat(path).catch(() => undefined);
  if (!link?.isSymbolicLink()) return { path, isStream: false };
  if (found) return { path: await realpath(path), isStream: false };
  return targetOf(resolve(await realpath(dirname(path)), await readlink(path)));
}

/**
 * Refuses to write over what a command reads.
 * @param inputs the paths that it reads: files, and folders with what is in them but earlier results; S3 addresses are none of these
 * @throws UsageError where the file is one of them
 */
async function refuseInputs(path: string, inputs: readonly string[]): Promise<void> {
  const found = await statOf(path);
  if (!found?.isFile()) return;
  for (const input of inputs) {
    const read = await statOf(input);
    if (!read) continue;
    if (isSame(found, read) || (read.isDirectory() && (await isWithin(path, input))))
      throw new UsageError(`${path} would be written over, and ${input} is read from it`, {
        code: 'OUTPUT_EXISTS',
        hint: 'Give another place.',
      });
  }
}

/**
 * Looks whether a file can be written, before the work whose result it is to hold.
 * @param inputs what the work reads, which is not to be written over
 * @throws UsageError where it is one of the inputs; GoodNetError `environment` where it can't be written, as far as that can be told
 * without writing
 */
export async function checkOutput(path: string, inputs: readonly string[] = []): Promise<void> {
  if (path === '-') return;
  const target = await targetOf(path);
  await refuseInputs(path, inputs);
  if (!target.isStream) return checkWritableFolder(dirname(target.path));
  await access(path, constants.W_OK).catch((cause) => {
    throw cannotWrite(path, cause);
  });
}

/** Whether two are the same file, whatever they are called. */
export function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** What results end in: where some lie in a folder of images they may be written anew. */
const RESULTS = ['.csv', '.jsonl', '.json', '.sarif', '.html'];
const LABELS = 'labels.csv';

async function isWithin(path: string, folder: string): Promise<boolean> {
  if (RESULTS.includes(extname(path).toLowerCase()) && basename(path) !== LABELS) return false;
  const near = relative(await realpath(folder), await realpath(path));
  return near.split(sep)[0] !== '..';
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}
