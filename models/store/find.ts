import type { Manifest } from '../bundle/manifest';
import { type ArrivingBundle, filesOf } from '../bundle/read';
import { signaturesBeside } from '../signing/folder-signatures';
import { checkSigned, type Signatures } from '../signing/signatures';
import { isS3 } from './address';
import { findIn, signaturesIn } from './bundles';
import type { Files } from './files';
import { bundleWithId, manifestMeant, resolveBundle } from './folder';
import { type OpenStoreFiles, openStoreFiles } from './open-store-files';
import { type Trust, trustedCurrent } from './trusted';

/** A bundle whose manifest is known, and how the rest of it is had. */
interface Found {
  readonly manifest: Manifest;
  /** For messages. */
  readonly where: string;
  signatures(): Promise<Signatures | undefined>;
  files(): ArrivingBundle;
}

/**
 * Finds the bundle that a path means, and begins to read its files.
 * @param path a bundle's folder, or a store's (the folder with `current.json`, or `s3://bucket/prefix`)
 * @param options.id the bundle of the store that is meant; left out: the current one
 * @param options.trust where given, the bundle must be signed so, and a store's `current.json`
 * @throws BundleError where there is none, or not one that is signed so
 */
export async function findBundle(
  path: string,
  {
    id,
    trust,
    open = openStoreFiles,
  }: {
    readonly id?: string | undefined;
    readonly trust?: Trust | undefined;
    readonly open?: OpenStoreFiles;
  } = {},
): Promise<ArrivingBundle> {
  const { manifest, where, signatures, files } = isS3(path)
    ? await fromStore(await open(path), id, trust)
    : await fromFolder(path, id, trust);
  // Before its files are read, which may be any.
  if (trust) checkSigned(manifest.id, await signatures(), trust.keys, where);
  return files();
}

async function fromStore(files: Files, id: string | undefined, trust: Trust | undefined): Promise<Found> {
  const { manifest, where, read } = await findIn(files, id ?? (await trustedCurrent(files, trust)).bundle);
  return { manifest, where, signatures: () => signaturesIn(files, manifest.id), files: read };
}

async function fromFolder(path: string, id: string | undefined, trust: Trust | undefined): Promise<Found> {
  const resolved = id === undefined ? await resolveBundle(path, trust) : await bundleWithId(path, id);
  const { folder } = resolved;
  const manifest = await manifestMeant(resolved);
  return {
    manifest,
    where: folder,
    signatures: () => signaturesBeside(folder),
    files: () => filesOf(folder, manifest),
  };
}
