import { lstat, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Manifest } from '../bundle/manifest';
import { readManifest } from '../bundle/read';
import { BundleError } from '../errors';
import { CURRENT, readCurrent } from './current';
import { folderFiles } from './folder-files';
import { checkCurrent, type Trust } from './trusted';

/** The folder that a bundle has in a store: the first 16 hexadecimal digits of its id. */
export function bundleFolder(store: string, id: string): string {
  return join(store, id.slice(0, 16));
}

/** The bundle that a path means. */
export interface ResolvedBundle {
  readonly folder: string;
  /** Its id, or the beginning of it, where the path says which one is meant; see holdMeant. */
  readonly expectedId: string | undefined;
}

/** What a bundle's own folder is called in a store. */
const ID_FOLDER = /^[0-9a-f]{16}$/;

/**
 * The folder of the bundle that a path means: the bundle itself, or the current one of a store.
 * @param trust where given, a store's `current.json` is held to it, and wins over a bundle laid beside it; a bundle itself must
 * then be called by its id, so that it is not taken for a store that has lost its `current.json`
 * @throws BundleError when it is neither, or what is current is not signed as it should be
 */
export async function resolveBundle(path: string, trust?: Trust): Promise<ResolvedBundle> {
  const isBundle = await isFile(join(path, 'manifest.json'));
  if (isBundle && !(trust && (await isThere(join(path, CURRENT))))) return byItself(path, trust);
  const files = folderFiles(path);
  const current = await readCurrent(files);
  if (!current) {
    throw new BundleError(
      `${path} is no bundle and no store: neither manifest.json nor current.json is in it`,
      {
        code: 'STORE_NOT_FOUND',
        hint: 'Give the folder that goodnet repair wrote with --out. Where a store has lost its current.json, or has none as its net is not repaired, goodnet activate ID --store ADDRESS writes one.',
      },
    );
  }
  if (trust) await checkCurrent(files, current, trust);
  return { folder: bundleFolder(path, current.bundle), expectedId: current.bundle };
}

/** The bundle with an id that a path means: the bundle itself, or one of a store. */
export async function bundleWithId(path: string, id: string): Promise<ResolvedBundle> {
  const inStore = bundleFolder(path, id);
  const folder = (await isFile(join(inStore, 'manifest.json'))) ? inStore : path;
  return { folder, expectedId: id };
}

function byItself(path: string, trust: Trust | undefined): ResolvedBundle {
  const name = basename(resolve(path));
  if (ID_FOLDER.test(name)) return { folder: path, expectedId: name };
  if (!trust) return { folder: path, expectedId: undefined };
  throw new BundleError(
    `${path} holds a bundle, and no current.json: that it is the current one is not signed`,
    {
      code: 'BUNDLE_UNTRUSTED',
      hint: 'Give the store, or the bundle in a folder that is called by the first 16 digits of its id.',
    },
  );
}

/** The manifest of the bundle that is meant. @throws BundleError where there is none, or another's */
export async function manifestMeant(resolved: ResolvedBundle): Promise<Manifest> {
  const manifest = await readManifest(resolved.folder);
  holdMeant(manifest.id, resolved);
  return manifest;
}

/** @throws BundleError where a folder holds another bundle than the one that is meant */
export function holdMeant(id: string, { folder, expectedId }: ResolvedBundle): void {
  if (expectedId === undefined || id.startsWith(expectedId)) return;
  throw new BundleError(
    `${folder} is not the bundle ${expectedId.slice(0, 16)} that is meant, but ${id.slice(0, 16)}`,
    {
      code: 'BUNDLE_DAMAGED',
      hint: 'Look who may write there; publish the bundle again, or make it anew with goodnet repair.',
    },
  );
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
