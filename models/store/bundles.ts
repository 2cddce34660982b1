import { type Manifest, parseManifest } from '../bundle/manifest';
import { type ArrivingBundle, arriving, type BundleFiles } from '../bundle/read';
import { BundleError } from '../errors';
import { parseSignatures, SIGNATURES, type Signatures } from '../signing/signatures';
import { CURRENT, type Current, readCurrent } from './current';
import type { Files } from './files';

/** A bundle in a store. */
export interface KeptBundle {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly bytes: number;
  readonly isCurrent: boolean;
}

/** The folder of a bundle in a store: the first 16 hexadecimal digits of its id. */
export const folderOf = (id: string) => id.slice(0, 16);

/** The signatures of a bundle in a store; undefined where it bears none. */
export async function signaturesIn(files: Files, id: string): Promise<Signatures | undefined> {
  const key = `${folderOf(id)}/${SIGNATURES}`;
  const file = await files.read(key);
  return file && parseSignatures(new TextDecoder().decode(file.bytes), `${files.address}/${key}`);
}

/** Reads a store's current bundle, or the one with an id, every file verified. @throws BundleError */
export async function readFrom(files: Files, id?: string): Promise<BundleFiles> {
  return await (await startReadingFrom(files, id)).whole();
}

/** The same, one file after the other to be had. @throws BundleError where there is no manifest, or a damaged one */
export async function startReadingFrom(files: Files, id?: string): Promise<ArrivingBundle> {
  const wanted = id ?? (await currentOf(files)).bundle;
  const into = folderOf(wanted);
  const where = `${files.address}/${into}`;
  const manifest = await manifestOf(files, into);
  if (!manifest) {
    throw new BundleError(`${where} holds no bundle: there is no manifest.json`, {
      hint: 'goodnet models lists the bundles of a store.',
    });
  }
  if (manifest.id !== wanted) throw new BundleError(`${where} is not the bundle ${wanted}`);
  return arriving(
    manifest,
    where,
    async (path) => (await files.read(`${into}/${path}`, { isChecked: true }))?.bytes,
  );
}

/** The bundles of a store, by id. */
export async function listBundles(files: Files): Promise<KeptBundle[]> {
  const current = await readCurrent(files);
  const manifests = (await files.list('')).filter((key) => /^[0-9a-f]{16}\/manifest\.json$/.test(key));
  const kept: KeptBundle[] = [];
  for (const key of manifests) {
    const manifest = await manifestOf(files, key.slice(0, 16));
    if (!manifest) continue;
    const { id, name, method } = manifest;
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    kept.push({ id, name, method, bytes, isCurrent: id === current?.bundle });
  }
  return kept;
}

/** What a store's `current.json` says. @throws BundleError where there is none: it is no store */
export async function currentOf(files: Files): Promise<Current> {
  const current = await readCurrent(files);
  if (current) return current;
  throw new BundleError(`${files.address} is no store: there is no ${CURRENT} in it`, {
    hint: 'Publish a bundle there with goodnet publish BUNDLE --to ADDRESS --activate.',
  });
}

/** The manifest in a folder of a store; undefined where there is none. @throws BundleError where it is damaged */
export async function manifestOf(files: Files, into: string): Promise<Manifest | undefined> {
  const file = await files.read(`${into}/manifest.json`);
  return (
    file && parseManifest(new TextDecoder().decode(file.bytes), `${files.address}/${into}/manifest.json`)
  );
}
