import { FORMAT_VERSION, type Manifest, sealManifest } from '../bundle/manifest';
import { BundleError, UsageError } from '../errors';
import { checkSigned, isSignedBy } from '../signing/signatures';
import { findIn, folderOf, listBundles, signaturesIn } from './bundles';
import { keysOf, readCurrent, type Signing } from './current';
import type { Files } from './files';
import { checkMayPoint, pointAtSuccessor } from './move-pointer';
import { send } from './publish';
import { checkCurrent } from './trusted';

/** A bundle of an earlier format, and the one of the newest that has the same nets. */
export interface Migrated {
  readonly from: string;
  /** The format that it is of. */
  readonly format: number;
  readonly to: string;
  /** Whether it was written, or signed, now; it was there already otherwise. */
  readonly isNew: boolean;
}

/** What became of a store. */
export interface Migration {
  readonly bundles: readonly Migrated[];
  /** Bundles that were left as they are, by the beginning of their ids, and why. */
  readonly refused: readonly { readonly folder: string; readonly why: BundleError }[];
  /** The bundle that took the place of what was current; undefined where that stays. */
  readonly current: string | undefined;
}

/** What a migration is done with. */
export interface MigrateOptions {
  /** Told as files are done. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Signs the new bundles, and what is current; only what it, or who is trusted with it, has signed is then migrated. */
  readonly signing?: Signing | undefined;
}

/**
 * Gives every bundle of an earlier format one of the newest beside it: another manifest, and so another id; its files are the same bytes.
 * What is current then points to the new one. The old ones stay, and can be gone back to.
 * @throws UsageError where what is there is signed, and there is no key; BundleError where it is no store, or what is current is damaged,
 * or not signed as it should be: nothing is written then. GoodNetError `environment` where the store can't be written
 */
export async function migrate(
  files: Files,
  { progress = () => {}, signal, signing }: MigrateOptions = {},
): Promise<Migration> {
  const said = await readCurrent(files);
  await checkMayPoint(files, signing);
  if (said && signing) await checkCurrent(files, said, { keys: keysOf(signing), seen: signing.seen });
  const { bundles, unreadable } = await listBundles(files);
  const refused = unreadable.map(({ folder, why }) => ({ folder, why }));
  const earlier: Manifest[] = [];
  // What is current last: of several, it is then the one that was published last.
  for (const { id } of [...bundles].sort((a, b) => Number(a.isCurrent) - Number(b.isCurrent))) {
    const { manifest } = await findIn(files, id);
    if (manifest.formatVersion === FORMAT_VERSION) continue;
    const why = await whyLeft(files, id, signing);
    if (why) refused.push({ folder: folderOf(id), why });
    else earlier.push(manifest);
  }
  const total = earlier.reduce((sum, manifest) => sum + manifest.files.length + 1, 0);
  let before = 0;
  const migrated: Migrated[] = [];
  for (const manifest of earlier) {
    signal?.throwIfAborted();
    const start = before;
    const onProgress = (done: number) => progress(start + done, total);
    const made = await orWhy(() => migrateOne(files, manifest, { progress: onProgress, signal, signing }));
    if (made instanceof BundleError) refused.push({ folder: folderOf(manifest.id), why: made });
    else migrated.push(made);
    before += manifest.files.length + 1;
    progress(before, total);
  }
  const successors = new Map(migrated.map(({ from, to }) => [from, to]));
  const current = said && (await pointAtSuccessor(files, successors, signing));
  return { bundles: migrated, refused, current };
}

/**
 * Why a bundle is not migrated: with a key its successor would be signed, and nobody who is believed has signed the bundle.
 * @throws UsageError where it is signed, and there is no key
 */
async function whyLeft(
  files: Files,
  id: string,
  signing: Signing | undefined,
): Promise<BundleError | undefined> {
  const where = `${files.address}/${folderOf(id)}`;
  const signatures = await orWhy(() => signaturesIn(files, id));
  if (signatures instanceof BundleError) return signatures;
  if (signing) {
    return await orWhy(async () => {
      checkSigned(id, signatures, keysOf(signing), where);
      return undefined;
    });
  }
  if (!signatures || signatures.length === 0) return undefined;
  throw new UsageError(
    `${where} is signed: readers that trust keys would refuse one in its place that is not`,
    { code: 'KEY_NEEDED', hint: 'Give the key with --sign KEY or GOODNET_SIGN.' },
  );
}

async function migrateOne(
  files: Files,
  manifest: Manifest,
  { signing, ...options }: MigrateOptions,
): Promise<Migrated> {
  const { id: from, formatVersion: format, ...content } = manifest;
  const sealed = sealManifest({ ...content, formatVersion: FORMAT_VERSION });
  const to = sealed.manifest.id;
  if (await isThere(files, to, signing)) return { from, format, to, isNew: false };
  const { read } = await (await findIn(files, from)).read().whole();
  const text = async () => new TextEncoder().encode(sealed.text);
  const signer = signing?.signer;
  await send(files, { manifest: sealed.manifest, text, read, brought: [] }, { ...options, signer });
  return { from, format, to, isNew: true };
}

/** Whether a bundle is in the store, whole, and signed by who signs. */
async function isThere(files: Files, id: string, signing: Signing | undefined): Promise<boolean> {
  const found = await orWhy(async () => (await findIn(files, id)).read().whole());
  if (found instanceof BundleError) return false;
  if (!signing) return true;
  const keys = keysOf({ signer: signing.signer });
  return ((await signaturesIn(files, id)) ?? []).some((each) => isSignedBy(id, each, keys));
}

/** What is wrong with a bundle, where that is so; what is wrong with the machine is thrown. */
async function orWhy<Of>(work: () => Promise<Of>): Promise<Of | BundleError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BundleError && error.kind === 'data') return error;
    throw error;
  }
}
