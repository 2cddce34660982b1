import { BundleError, GoodNetError } from '../errors';
import { currentOf, folderOf, listBundles, manifestOf } from './bundles';
import { CURRENT, type Current, readCurrent, writeCurrent } from './current';
import type { Files } from './files';

/** Another writer is waited out so many times. */
const TRIES = 8;

/**
 * Points a store at a bundle of it.
 * @param wanted its id, or the beginning of it
 * @returns the id
 * @throws BundleError where there is none, or several begin so
 */
export async function activate(files: Files, wanted: string): Promise<string> {
  const found = (await listBundles(files)).filter(({ id }) => id.startsWith(wanted));
  if (found.length !== 1) {
    const what = found.length === 0 ? 'no bundle' : `${found.length} bundles`;
    throw new BundleError(`${files.address} has ${what} whose id begins with ${wanted}`, {
      hint: 'goodnet models lists the bundles of a store.',
    });
  }
  return await pointAt(files, async () => found[0]!.id);
}

/**
 * Points a store at the bundle that was current before; at the last one that has not been pruned.
 * @returns its id
 * @throws BundleError where there is none
 */
export function rollback(files: Files): Promise<string> {
  return pointAt(files, async (current) => {
    for (const id of current?.before ?? []) if (await manifestOf(files, folderOf(id))) return id;
    throw new BundleError(`${files.address} has had no bundle before this one, or it has been pruned`, {
      hint: 'goodnet models lists the bundles of a store, goodnet activate takes any of them.',
    });
  });
}

/**
 * Removes bundles but for the current one, those that were current last before it, and those that were published last.
 * @param keep how many of either, the current one counted, ≥ 1
 * @returns the ids of those removed
 */
export async function prune(files: Files, keep: number): Promise<string[]> {
  const bundles = await listBundles(files);
  const published = await Promise.all(
    bundles.map(async ({ id }) => (await files.modified(`${folderOf(id)}/manifest.json`)) ?? 0),
  );
  const since = [...published].sort((a, b) => b - a)[Math.min(keep, bundles.length) - 1] ?? 0;
  const removed: string[] = [];
  for (const [i, { id }] of bundles.entries()) {
    // Looked at anew for each: somebody may be activating another meanwhile.
    const { bundle, before } = await currentOf(files);
    if ([bundle, ...before].slice(0, keep).includes(id) || published[i]! >= since) continue;
    const into = `${folderOf(id)}/`;
    const keys = await files.list(into);
    // The manifest first: what is left of a bundle without one is no bundle.
    await files.remove([`${into}manifest.json`]);
    await files.remove(keys.filter((key) => key !== `${into}manifest.json`));
    removed.push(id);
  }
  return removed;
}

async function pointAt(
  files: Files,
  choose: (current: Current | undefined) => Promise<string>,
): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const current = await readCurrent(files);
    const id = await choose(current);
    if (current?.bundle === id || (await writeCurrent(files, id, current))) return id;
  }
  throw new GoodNetError(`${files.address}/${CURRENT} is being changed by others all the time`, {
    kind: 'environment',
    hint: 'Try again when they are done.',
  });
}
