import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BundleError } from '../errors';
import type { MemoryFile } from './artifacts';
import { type Manifest, sealManifest } from './manifest';
import { readBundleFiles } from './read';

const INCOMING = '.incoming-';
const STALE_MS = 24 * 60 * 60 * 1000;

/** Where a bundle was put. */
export interface WrittenBundle {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Whether the very same bundle was there already. */
  readonly existed: boolean;
}

/**
 * Puts a bundle into a folder store, as `STORE/ID/…`, whole or not at all: it is written aside and moved into
 * place. The store's `current.json` is left as it is (see setCurrent).
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
  if (await isThere(folder)) {
    await readBundleFiles(folder);
    return { folder, manifest, existed: true };
  }
  const aside = join(store, `${INCOMING}${randomUUID()}`);
  try {
    for (const file of files) await writeSynced(join(aside, file.path), file.bytes);
    await writeSynced(join(aside, 'manifest.json'), new TextEncoder().encode(text));
    await rename(aside, folder);
  } catch (cause) {
    await rm(aside, { recursive: true, force: true });
    throw new BundleError(`The bundle can't be written to ${store}: ${(cause as Error).message}`, {
      kind: 'environment',
      hint: 'Check that the folder is writable and the disk has room.',
      cause,
    });
  }
  return { folder, manifest, existed: false };
}

/** Writes a file whole or not at all: aside first, then moved into place. */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const aside = join(dirname(path), `${INCOMING}${randomUUID()}`);
  try {
    await writeSynced(aside, bytes);
    await rename(aside, path);
  } catch (cause) {
    await rm(aside, { force: true });
    throw cause;
  }
}

/** @throws BundleError `environment` */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new BundleError(`The folder ${path} can't be made: ${(cause as Error).message}`, {
      kind: 'environment',
      hint: 'Give another folder with --out.',
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

/** What a killed run left behind, once it can't be of a run that is still going. */
async function removeStale(store: string): Promise<void> {
  for (const name of await readdir(store)) {
    if (!name.startsWith(INCOMING)) continue;
    const path = join(store, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > STALE_MS) await rm(path, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
