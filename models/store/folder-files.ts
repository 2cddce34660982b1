import { createHash } from 'node:crypto';
import { open, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeFolder, writeFileAtomically } from '../bundle/write';
import { GoodNetError } from '../errors';
import type { Files } from './files';

/** A lock that is older was left behind by a run that was killed, in milliseconds. */
const STALE_LOCK = 10_000;
/** Looked so many times, 20 ms apart, whether a lock is gone: longer than it takes to be stale. */
const TRIES = 700;

/** A folder as a store. */
export function folderFiles(folder: string): Files {
  const at = (key: string) => join(folder, key);
  const read: Files['read'] = async (key) => {
    const bytes = await readFile(at(key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    return bytes && { bytes, version: createHash('sha256').update(bytes).digest('hex') };
  };
  return {
    address: folder,
    read,
    async write(key, bytes, condition) {
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
    },
    has: async (key, { bytes, sha256 }) => {
      const found = await stat(at(key)).catch(() => undefined);
      return found?.isFile() === true && found.size === bytes && (await read(key))?.version === sha256;
    },
    modified: (key) =>
      stat(at(key)).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      ),
    folders: async () => {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
    },
    async list(prefix) {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((key) => key.startsWith(prefix) && !key.includes('.incoming-'))
        .sort();
    },
    async remove(keys) {
      for (const key of keys) await rm(at(key), { force: true });
      for (const each of new Set(keys.map((key) => dirname(at(key)))).values())
        await removeEmpty(each, folder);
    },
  };
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
    const age = Date.now() - (await stat(lock).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
    if (age > STALE_LOCK) await rm(lock, { force: true });
    else if (tries > TRIES) {
      throw new GoodNetError(`${lock} stays locked by another run`, {
        kind: 'environment',
        hint: 'Try again.',
      });
    } else await setTimeout(20);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
