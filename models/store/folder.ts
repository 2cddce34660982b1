import { stat } from 'node:fs/promises';
import { join } from 'node:path';
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
  /** Its id, where a store says which one is meant; undefined where the path is the bundle's own folder. */
  readonly expectedId: string | undefined;
}

/**
 * The folder of the bundle that a path means: the bundle itself, or the current one of a store.
 * @param trust where given, a store's `current.json` is held to it, and wins over a bundle laid beside it
 * @throws BundleError when it is neither, or what is current is not signed as it should be
 */
export async function resolveBundle(path: string, trust?: Trust): Promise<ResolvedBundle> {
  const isBundle = await isFile(join(path, 'manifest.json'));
  if (isBundle && !(trust && (await isFile(join(path, CURRENT)))))
    return { folder: path, expectedId: undefined };
  const files = folderFiles(path);
  const current = await readCurrent(files);
  if (!current) {
    throw new BundleError(
      `${path} is no bundle and no store: neither manifest.json nor current.json is in it`,
      { hint: 'Give the folder that goodnet repair wrote with --out.' },
    );
  }
  if (trust) await checkCurrent(files, current, trust);
  return { folder: bundleFolder(path, current.bundle), expectedId: current.bundle };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
