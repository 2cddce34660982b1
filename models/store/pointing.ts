import { BundleError, GoodNetError } from '../errors';
import { currentOf, folderOf, listBundles, readableOrWhy } from './bundles';
import { CURRENT, readCurrentOrDamage, writeCurrent } from './current';
import type { Files } from './files';

/** Another writer is waited out so many times. */
const TRIES = 8;

/**
 * Points a store at a bundle of it. A damaged `current.json` is written anew; what was current before is not known then.
 * @param wanted its id, or the beginning of it
 * @returns the id
 * @throws BundleError where there is none, or several begin so, or the one can't be read
 */
export async function activate(files: Files, wanted: string): Promise<string> {
  const { bundles, unreadable } = await listBundles(files);
  const found = bundles.filter(({ id }) => id.startsWith(wanted));
  const damaged = unreadable.filter(({ folder }) => folder.startsWith(wanted) || wanted.startsWith(folder));
  const count = found.length + damaged.length;
  if (count !== 1) {
    const what = count === 0 ? 'no bundle' : `${count} bundles`;
    throw new BundleError(`${files.address} has ${what} whose id begins with ${wanted}`, {
      hint: 'goodnet models lists the bundles of a store.',
    });
  }
  if (damaged[0]) throw damaged[0].why;
  return await pointAt(files, async () => found[0]!.id);
}

/**
 * Points a store at the bundle that was current before; at the last one that has not been pruned, and can be read.
 * @returns its id
 * @throws BundleError where there is none, with what became of those that were
 */
export function rollback(files: Files): Promise<string> {
  return pointAt(files, async () => {
    const { before } = await currentOf(files);
    const passedOver: string[] = [];
    for (const id of before) {
      const manifest = await readableOrWhy(files, folderOf(id));
      if (manifest && !(manifest instanceof BundleError)) return id;
      passedOver.push(manifest?.message ?? `${folderOf(id)} has been pruned`);
    }
    const why = before.length === 0 ? ' has had no bundle before this one' : `: ${passedOver.join('; ')}`;
    throw new BundleError(`${files.address}${why}`, {
      hint: 'goodnet models lists the bundles of a store, goodnet activate takes any of them.',
    });
  });
}

async function pointAt(files: Files, choose: () => Promise<string>): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const said = await readCurrentOrDamage(files);
    const id = await choose();
    const isSaid = said !== undefined && 'bundle' in said && said.bundle === id;
    if (isSaid || (await writeCurrent(files, id, said))) return id;
  }
  throw new GoodNetError(`${files.address}/${CURRENT} is being changed by others all the time`, {
    kind: 'environment',
    hint: 'Try again when they are done.',
  });
}
