import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BundleError, messageOf } from '../errors';
import { signaturesBeside } from '../signing/folder-signatures';
import { SIGNATURES, signaturesText } from '../signing/signatures';
import type { MemoryFile } from './artifacts';
import { type Manifest, sealManifest } from './manifest';
import { readBundleFiles } from './read';
import type { WrittenBundle } from './written-bundle';

const INCOMING = '.incoming-';
const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * Puts a bundle into a folder store, as `STORE/ID/…`, whole or not at all: it is written aside and moved into
 * place. What is left of the same bundle there, damaged or without its manifest, is replaced; its signatures stay. The
 * store's `current.json` is left as it is (see models/store/move-pointer.ts).
 * @throws BundleError `environment` where the store can't be written to
 */
export async function writeBundle(
  store: string,
  content: Omit<Manifest, 'id' | 'files' | 'format' | 'formatVersion'> & { formatVersion: number },
  files: readonly MemoryFile[],
): Promise<WrittenBundle> {
  const { manifest, text } = sealManifest({
    ...content,
    format: 'goodnet-bundle',
    files: files
      .map(({ path, bytes }) => ({
        path,
        bytes: bytes.byteLength,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  });
  const folder = join(store, manifest.id.slice(0, 16));
  await makeFolder(store);
  await removeStale(store);
  if (await isWhole(folder, manifest)) return { folder, manifest, existed: true };
  try {
    const all = [...files, { path: 'manifest.json', bytes: encode(text) }];
    // They are of the id, and so of what is written anew, too.
    const signatures = await signaturesBeside(folder).catch(() => undefined);
    if (signatures) all.push({ path: SIGNATURES, bytes: encode(signaturesText(signatures)) });
    await writeFolderAtomically(folder, all);
  } catch (cause) {
    throw new BundleError(`The bundle can't be written to ${store}: ${messageOf(cause)}`, {
      code: 'OUTPUT_UNWRITABLE',
      kind: 'environment',
      hint: 'Check that the folder is writable and the disk has room.',
      cause,
    });
  }
  return { folder, manifest, existed: false };
}

/** Whether a folder holds a bundle, every file of it as it was made. */
async function isWhole(folder: string, { id }: Manifest): Promise<boolean> {
  return readBundleFiles(folder).then(
    ({ manifest }) => manifest.id === id,
    () => false,
  );
}

/** Moves what was written aside into its place; what is there is removed only when that is done. */
async function moveInto(folder: string, temporary: string): Promise<void> {
  const old = temporaryIn(dirname(folder));
  const wasThere = await rename(folder, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(temporary, folder);
  } catch (cause) {
    if (wasThere) await rename(old, folder);
    throw cause;
  }
  // Nobody reads it any more: what can't be removed now is, once it is stale.
  if (wasThere) await rm(old, { recursive: true, force: true }).catch(() => {});
}

/** A name in a store that no listing shows. */
const temporaryIn = (folder: string) => join(folder, `${INCOMING}${randomUUID()}`);
const encode = (text: string) => new TextEncoder().encode(text);

/** Writes a file whole or not at all: aside first, then moved into place. */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryIn(dirname(path));
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/** Writes a folder whole or not at all: aside first, then moved into place, where what is there already makes room for it. */
export async function writeFolderAtomically(folder: string, files: readonly MemoryFile[]): Promise<void> {
  const temporary = temporaryIn(dirname(folder));
  try {
    for (const { path, bytes } of files) await writeSynced(join(temporary, path), bytes);
    await moveInto(folder, temporary);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw cause;
  }
}

/** @throws BundleError `environment` */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new BundleError(`The folder ${path} can't be made: ${messageOf(cause)}`, {
      code: 'OUTPUT_UNWRITABLE',
      kind: 'environment',
      hint: 'Check that you may write there and that no file is in the way, or give another folder.',
      cause,
    });
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What a killed run left behind, once it can't be of a run that is still going; what can't be removed is left alone. */
async function removeStale(store: string): Promise<void> {
  for (const name of await readdir(store).catch(() => [])) {
    if (!name.startsWith(INCOMING)) continue;
    const path = join(store, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > STALE_MS) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
