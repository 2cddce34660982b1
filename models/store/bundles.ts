import { type Manifest, parseManifest } from '../bundle/manifest';
import { type ArrivingBundle, arriving, type BundleFiles } from '../bundle/read';
import { BundleError } from '../errors';
import { parseSignatures, SIGNATURES, type Signatures } from '../signing/signatures';
import { CURRENT, type Current, type DamagedPointer, readCurrent, readCurrentOrDamage } from './current';
import { type Files, MOST_BYTES } from './files';

/** A bundle in a store. */
export interface KeptBundle {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  /** The false-positive rate that was asked for. */
  readonly alpha: number;
  /** Share of clean images that G was right about when the bundle was made. */
  readonly accuracy: number;
  readonly bytes: number;
  readonly isCurrent: boolean;
}

/** A bundle in a store whose manifest this version can't read: damaged, or of another format. */
export interface UnreadableBundle {
  /** The beginning of its id. */
  readonly folder: string;
  readonly isCurrent: boolean;
  readonly why: BundleError;
}

/** What a store holds, each by id. */
export interface Holdings {
  readonly bundles: readonly KeptBundle[];
  readonly unreadable: readonly UnreadableBundle[];
  /** What `current.json` says; undefined where there is none, or it is damaged. */
  readonly current?: Current;
  /** Why it can't be told which is current, where `current.json` is damaged. */
  readonly damage?: DamagedPointer;
}

/** The folder of a bundle in a store: the first 16 hexadecimal digits of its id. */
export const folderOf = (id: string) => id.slice(0, 16);

/** The signatures of a bundle in a store; undefined where it bears none. */
export async function signaturesIn(files: Files, id: string): Promise<Signatures | undefined> {
  const key = `${folderOf(id)}/${SIGNATURES}`;
  const file = await files.read(key, { maxBytes: MOST_BYTES.signatures });
  return file && parseSignatures(new TextDecoder().decode(file.bytes), `${files.address}/${key}`);
}

/** Reads a store's current bundle, or the one with an id, every file verified. @throws BundleError */
export async function readFrom(files: Files, id?: string): Promise<BundleFiles> {
  const { read } = await findIn(files, id ?? (await currentOf(files)).bundle);
  return await read().whole();
}

/** The bundle with an id, of which only the manifest has been read. */
export interface FoundBundle {
  readonly manifest: Manifest;
  /** For messages. */
  readonly where: string;
  /** Begins to read its files. */
  read(): ArrivingBundle;
}

/** Finds the bundle with an id. @throws BundleError where there is no manifest, or a damaged one, or another's */
export async function findIn(files: Files, id: string): Promise<FoundBundle> {
  const into = folderOf(id);
  const where = `${files.address}/${into}`;
  const manifest = await manifestOf(files, into);
  if (!manifest) {
    throw new BundleError(`${where} holds no bundle: there is no manifest.json`, {
      code: 'BUNDLE_NOT_FOUND',
      hint: 'goodnet models lists the bundles of a store.',
    });
  }
  if (manifest.id !== id)
    throw new BundleError(`${where} is not the bundle ${id}`, { code: 'BUNDLE_DAMAGED' });
  const bytesOf = async (path: string, maxBytes: number) =>
    (await files.read(`${into}/${path}`, { isChecked: true, maxBytes }))?.bytes;
  return { manifest, where, read: () => arriving(manifest, where, bytesOf) };
}

/** The bundles of a store. @throws BundleError where it is no store: there is no bundle, and nothing of one */
export async function listBundles(files: Files): Promise<Holdings> {
  const pointer = await readCurrentOrDamage(files);
  const damage = pointer instanceof Error ? pointer : undefined;
  const current = pointer instanceof Error ? undefined : pointer;
  const keys = await files.list('');
  if (!pointer && !keys.some((key) => /^[0-9a-f]{16}\//.test(key))) {
    throw noStore(files, `neither ${CURRENT} nor a bundle is in it`);
  }
  const bundles: KeptBundle[] = [];
  const unreadable: UnreadableBundle[] = [];
  for (const key of keys) {
    const [, folder] = /^([0-9a-f]{16})\/manifest\.json$/.exec(key) ?? [];
    if (folder === undefined) continue;
    const isCurrent = current !== undefined && folderOf(current.bundle) === folder;
    const manifest = await readableOrWhy(files, folder);
    if (manifest instanceof BundleError) unreadable.push({ folder, isCurrent, why: manifest });
    else if (manifest) {
      const { id, name, method, alpha, measured } = manifest;
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      bundles.push({ id, name, method, alpha, accuracy: measured.accuracy, bytes, isCurrent });
    }
  }
  return { bundles, unreadable, ...(current && { current }), ...(damage && { damage }) };
}

/**
 * The manifest in a folder of a store, or why it can't be read; undefined where there is none.
 * @throws GoodNetError `environment`, which tells nothing of the manifest
 */
export async function readableOrWhy(
  files: Files,
  folder: string,
): Promise<Manifest | BundleError | undefined> {
  try {
    const manifest = await manifestOf(files, folder);
    if (!manifest || folderOf(manifest.id) === folder) return manifest;
    return new BundleError(`${files.address}/${folder} holds another bundle, ${manifest.id}`, {
      code: 'BUNDLE_DAMAGED',
    });
  } catch (error) {
    if (error instanceof BundleError && error.kind === 'data') return error;
    throw error;
  }
}

/** What a store's `current.json` says. @throws BundleError where there is none: it is no store */
export async function currentOf(files: Files): Promise<Current> {
  const current = await readCurrent(files);
  if (current) return current;
  throw noStore(files, `there is no ${CURRENT} in it`);
}

function noStore({ address }: Files, why: string): BundleError {
  return new BundleError(`${address} is no store: ${why}`, {
    code: 'STORE_NOT_FOUND',
    hint: 'Publish a bundle there with goodnet publish BUNDLE --to ADDRESS --activate.',
  });
}

/** The manifest in a folder of a store; undefined where there is none. @throws BundleError where it is damaged */
export async function manifestOf(files: Files, into: string): Promise<Manifest | undefined> {
  const file = await files.read(`${into}/manifest.json`, { maxBytes: MOST_BYTES.manifest });
  return (
    file && parseManifest(new TextDecoder().decode(file.bytes), `${files.address}/${into}/manifest.json`)
  );
}
