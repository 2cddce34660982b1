import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeFolder, writeFileAtomically } from '../bundle/write';
import { GoodNetError, messageOf } from '../errors';
import { readRegular } from '../regular';
import { type Files, UnusableFile } from './files';

/** A lock that is older was left behind by a run that was killed, in milliseconds. */
const STALE_LOCK = 10_000;
/** Looked so many times, 20 ms apart, whether a lock is gone: longer than it takes to be stale. */
const TRIES = 700;

/** A folder as a store. @throws from its methods GoodNetError `environment` where the folder can't be read or written */
export function folderFiles(folder: string): Files {
  const at = (key: string) => join(folder, key);
  const failed =
    (what: string) =>
    (error: unknown): never => {
      if (error instanceof GoodNetError) throw error;
      throw new GoodNetError(`${folder}: ${what} failed: ${messageOf(error)}`, {
        code: 'STORE_UNAVAILABLE',
        hint: 'Check that you may read and write what is there, and that the disk has room.',
        cause: error,
      });
    };
  const found = (key: string) =>
    stat(at(key))
      .catch(noneWhereMissing)
      .catch(failed(`looking for ${key}`));
  const read: Files['read'] = async (key, { maxBytes = Number.POSITIVE_INFINITY } = {}) => {
    const bytes = await readRegular(at(key), maxBytes)
      .catch(noneWhereMissing)
      .catch((error) => {
        const why = error.code === 'EISDIR' ? 'it is a folder' : error.message;
        if (!(error instanceof GoodNetError) && error.code !== 'EISDIR') failed(`reading ${key}`)(error);
        throw new UnusableFile(`${at(key)} can't be read: ${why}`, {
          hint: 'Look who may write there, and remove it.',
        });
      });
    return bytes && { bytes, version: createHash('sha256').update(bytes).digest('hex') };
  };
  const write: Files['write'] = async (key, bytes, condition) => {
    await makeFolder(dirname(at(key)));
    if (condition === 'any') {
      await writeFileAtomically(at(key), bytes);
      return true;
    }
    return await locked(at(key), async () => {
      const version = (await read(key))?.version;
      if (version !== (condition === 'new' ? undefined : condition.version)) return false;
      await writeFileAtomically(at(key), bytes);
      return true;
    });
  };
  return {
    address: folder,
    read,
    write: (key, ...rest) => write(key, ...rest).catch(failed(`writing ${key}`)),
    has: async (key, { bytes, sha256 }) => {
      const file = await found(key);
      return file?.isFile() === true && file.size === bytes && (await read(key))?.version === sha256;
    },
    modified: async (key) => (await found(key))?.mtimeMs,
    folders: async () => {
      const entries = await entriesOf(folder).catch(failed('listing'));
      return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
    },
    async list(prefix) {
      const keys = await keysBelow(folder).catch(failed('listing'));
      return keys.filter((key) => key.startsWith(prefix) && !key.includes('.incoming-')).sort();
    },
    async remove(keys) {
      for (const key of keys) await rm(at(key), { force: true }).catch(failed(`removing ${key}`));
      for (const each of new Set(keys.map((key) => dirname(at(key)))).values())
        await removeEmpty(resolve(each), resolve(folder));
    },
  };
}

/** What is not there, or below what is no folder, is none; anything else that is wrong is told. */
function noneWhereMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

/** What a folder holds: nothing where there is none. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  return (await readdir(folder, { withFileTypes: true }).catch(noneWhereMissing)) ?? [];
}

/** The files below a folder, by their keys; a folder that is being removed meanwhile holds none. */
async function keysBelow(folder: string, start = ''): Promise<string[]> {
  const keys: string[] = [];
  for (const entry of await entriesOf(join(folder, start))) {
    if (entry.isFile()) keys.push(`${start}${entry.name}`);
    if (!entry.isDirectory()) continue;
    for (const key of await keysBelow(folder, `${start}${entry.name}/`)) keys.push(key);
  }
  return keys;
}

async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let each = folder; each.startsWith(root + sep); each = dirname(each)) {
    const isGone = await rmdir(each).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

/** Does work that no other process does at the same time. */
async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  for (let tries = 0; ; tries++) {
    const file = await open(lock, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      throw error;
    });
    if (file) {
      await file.close();
      break;
    }
    // A clock may have run ahead.
    const age = Math.abs(Date.now() - (await stat(lock).catch(() => ({ mtimeMs: 0 }))).mtimeMs);
    if (age > STALE_LOCK) await rm(lock, { force: true });
    else if (tries > TRIES) {
      throw new GoodNetError(`${lock} stays locked by another run`, {
        code: 'STORE_BUSY',
        hint: 'Try again; where nobody else writes there, remove it.',
      });
    } else await setTimeout(20);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
