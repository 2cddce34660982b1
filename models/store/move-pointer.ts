import { BundleError, GoodNetError, UsageError } from '../errors';
import { first } from '../present';
import type { Signer } from '../signing/keys';
import { checkSigned } from '../signing/signatures';
import { folderOf, listBundles, readableOrWhy, readFrom, signaturesIn } from './bundles';
import {
  CURRENT,
  type Current,
  type DamagedPointer,
  keysOf,
  readCurrentOrDamage,
  type Signing,
  writeCurrent,
} from './current';
import type { Files } from './files';
import { trustedCurrent } from './trusted';

/** Another writer is waited out so many times. */
const TRIES = 8;

/**
 * Points a store at a bundle of it. A damaged `current.json` is written anew; what was current before is not known then.
 * @param wanted its id, or the beginning of it
 * @param signing signs that it is current, with the next serial; readers that trust keys want that
 * @param isVerified whether all its files have been verified just now; they are read otherwise
 * @returns the id
 * @throws BundleError where there is none, or several begin so, or the one can't be read or has not been signed by the
 * signer; UsageError as checkMayPoint
 */
export async function activate(
  files: Files,
  wanted: string,
  signing?: Signing,
  isVerified = false,
): Promise<string> {
  const { bundles, unreadable } = await listBundles(files);
  const found = bundles.filter(({ id }) => id.startsWith(wanted));
  const damaged = unreadable.filter(({ folder }) => folder.startsWith(wanted) || wanted.startsWith(folder));
  const count = found.length + damaged.length;
  if (count !== 1) {
    const what = count === 0 ? 'no bundle' : `${count} bundles`;
    throw new BundleError(`${files.address} has ${what} whose id begins with ${wanted}`, {
      code: 'BUNDLE_NOT_FOUND',
      hint: 'goodnet models lists the bundles of a store.',
    });
  }
  if (damaged[0]) throw damaged[0].why;
  const { id } = first(found);
  if (signing) await checkSignedBy(files, id, signing.signer);
  // What can't be loaded would be answered with by nobody.
  if (!isVerified) await readFrom(files, id);
  return await pointAt(files, async () => id, signing);
}

/**
 * Points a store at the bundle that was current before; at the last one that has not been pruned, and can be read, where
 * nothing is signed.
 * @param signing signs that it is current, with the next serial; what was before is then believed only as it was signed
 * @returns its id
 * @throws BundleError where there is none, with what became of those that were; UsageError as checkMayPoint
 */
export function rollback(files: Files, signing?: Signing): Promise<string> {
  return pointAt(
    files,
    async () => {
      const trust = signing && { keys: keysOf(signing), seen: signing.seen };
      const current = await trustedCurrent(files, trust);
      const refusals: string[] = [];
      for (const id of current.before) {
        const why = await unusable(files, id, signing);
        if (why === undefined) return id;
        refusals.push(why);
        // Whoever may remove bundles is not to choose by that what is signed.
        if (signing) break;
      }
      const why = refusals.length === 0 ? ' has had no bundle before this one' : `: ${refusals.join('; ')}`;
      throw new BundleError(`${files.address}${why}`, {
        hint: 'goodnet models lists the bundles of a store, goodnet activate takes any of them.',
      });
    },
    signing,
  );
}

/**
 * Where another bundle has taken the place of the current one, points a store at that.
 * @param successors the bundle that has, by the id of the one whose place it took
 * @param signing signs that it is current, with the next serial; what was is then believed only as it was signed
 * @returns its id; undefined where what is current has none, and stays
 * @throws BundleError where it can't be read, or has not been signed by the signer; UsageError as checkMayPoint
 */
export async function pointAtSuccessor(
  files: Files,
  successors: ReadonlyMap<string, string>,
  signing?: Signing,
): Promise<string | undefined> {
  const trust = signing && { keys: keysOf(signing), seen: signing.seen };
  const current = async () => (await trustedCurrent(files, trust)).bundle;
  const next = successors.get(await current());
  if (next === undefined) return undefined;
  if (signing) await checkSignedBy(files, next, signing.signer);
  await readFrom(files, next);
  const choose = async () => {
    const now = await current();
    return successors.get(now) ?? now;
  };
  return await pointAt(files, choose, signing);
}

/** Why there is no going back to a bundle. */
async function unusable(files: Files, id: string, signing: Signing | undefined): Promise<string | undefined> {
  const manifest = await readableOrWhy(files, folderOf(id));
  if (!manifest) return `${folderOf(id)} has been pruned`;
  if (manifest instanceof BundleError) return manifest.message;
  try {
    if (signing) await checkSignedBy(files, id, signing.signer);
    await readFrom(files, id);
  } catch (error) {
    if (error instanceof BundleError && error.kind === 'data') return error.message;
    throw error;
  }
  return undefined;
}

/** Who signs that a bundle is current has signed the bundle, too: else those who trust the key would refuse it. */
async function checkSignedBy(files: Files, id: string, signer: Signer): Promise<void> {
  checkSigned(id, await signaturesIn(files, id), keysOf({ signer }), `${files.address}/${folderOf(id)}`);
}

/**
 * Makes a bundle that was just written a folder store's current one, in one atomic step; the last thing that a repair
 * writes. A damaged pointer is no reason to lose a repair: it is written anew.
 * @throws as checkMayPoint
 */
export async function setCurrent(files: Files, id: string, signing?: Signing): Promise<void> {
  await pointAt(files, async () => id, signing);
}

/**
 * Holds that who has no key does not take the place of what is signed: readers that trust keys would refuse what is
 * current from then on.
 * @throws UsageError where `current.json` is signed, and there is no key
 */
export async function checkMayPoint(files: Files, signing: Signing | undefined): Promise<void> {
  refuseUnsigned(files, await readCurrentOrDamage(files), signing);
}

function refuseUnsigned(
  { address }: Files,
  said: Current | DamagedPointer | undefined,
  signing: Signing | undefined,
): void {
  if (signing || !said || !('bundle' in said) || !said.signed) return;
  throw new UsageError(
    `${address}/${CURRENT} is signed by ${said.signed.keyId}: readers that trust keys would refuse one that is not`,
    {
      code: 'KEY_NEEDED',
      hint: 'Give the key with --sign KEY or GOODNET_SIGN. Where signatures are given up for good, remove current.json first.',
    },
  );
}

async function pointAt(
  files: Files,
  choose: () => Promise<string>,
  signing: Signing | undefined,
): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const said = await readCurrentOrDamage(files);
    const id = await choose();
    const isSaid = said !== undefined && 'bundle' in said && said.bundle === id;
    // Who signs writes the next serial: what was seen last counts, and it may be one that was put back.
    if (isSaid && !signing) return id;
    refuseUnsigned(files, said, signing);
    if (await writeCurrent(files, id, said, signing)) return id;
  }
  throw new GoodNetError(`${files.address}/${CURRENT} is being changed by others all the time`, {
    code: 'STORE_BUSY',
    hint: 'Try again when they are done.',
  });
}
