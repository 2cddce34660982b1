import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../bundle/manifest';
import { BundleError } from '../errors';
import { readCurrent, writeCurrent } from './current';
import { folderFiles } from './folder-files';

/** The folder that a bundle has in a store: the first 16 hexadecimal digits of its id. */
export function bundleFolder(store: string, id: string): string {
  return join(store, id.slice(0, 16));
}

/** Makes a bundle a folder store's current one, in one atomic step; the last thing that a repair writes. */
export async function setCurrent(store: string, manifest: Manifest): Promise<void> {
  const files = folderFiles(store);
  for (;;) {
    const was = await readCurrent(files).catch((error) => {
      // A damaged pointer is no reason to lose a repair: it is written anew.
      if (error instanceof BundleError && error.kind === 'data') return 'damaged' as const;
      throw error;
    });
    if (await writeCurrent(files, manifest.id, was)) return;
  }
}

/**
 * The folder of the bundle that a path means: the bundle itself, or the current one of a store.
 * @throws BundleError when it is neither
 */
export async function resolveBundle(
  path: string,
): Promise<{ folder: string; expectedId: string | undefined }> {
  if (await isFile(join(path, 'manifest.json'))) return { folder: path, expectedId: undefined };
  const current = await readCurrent(folderFiles(path));
  if (!current) {
    throw new BundleError(
      `${path} is no bundle and no store: neither manifest.json nor current.json is in it`,
      { hint: 'Give the folder that goodnet repair wrote with --out.' },
    );
  }
  return { folder: bundleFolder(path, current.bundle), expectedId: current.bundle };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
