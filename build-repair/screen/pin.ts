import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Manifest } from '../../models/bundle/manifest';
import { readManifest } from '../../models/bundle/read';
import { BundleError } from '../../models/errors';
import { present } from '../../models/present';
import { checkSigned, SIGNATURES, signaturesText } from '../../models/signing/signatures';
import { isS3 } from '../../models/store/address';
import { findIn, folderOf, signaturesIn } from '../../models/store/bundles';
import { manifestMeant, resolveBundle } from '../../models/store/folder';
import { openStoreFiles } from '../../models/store/open-store-files';
import { type Trust, trustedCurrent } from '../../models/store/trusted';

/** One bundle, whatever becomes of the store that it is in. */
export interface PinnedBundle {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Removes what was fetched. */
  close(): Promise<void>;
}

/**
 * Settles which bundle a path means now; one in S3 is fetched once, for all who load it.
 * @param trust where given, what is current must be signed so
 * @throws BundleError where there is none, or it is damaged, or not signed so
 */
export async function pinBundle(path: string, trust?: Trust): Promise<PinnedBundle> {
  if (!isS3(path)) {
    const resolved = await resolveBundle(path, trust);
    return { folder: resolved.folder, manifest: await manifestMeant(resolved), close: async () => {} };
  }
  const files = await openStoreFiles(path);
  const current = await trustedCurrent(files, trust);
  const { manifest, where, read: begin } = await findIn(files, current.bundle);
  const signatures = await signaturesIn(files, manifest.id);
  if (trust) checkSigned(manifest.id, signatures, trust.keys, where);
  const { read } = await begin().whole();
  const work = await mkdtemp(join(tmpdir(), 'goodnet-bundle-'));
  const folder = join(work, folderOf(manifest.id));
  const close = () => rm(work, { recursive: true, force: true });
  try {
    const put = async (name: string, content: Uint8Array | string) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    };
    for (const file of manifest.files) await put(file.path, read(file.path));
    if (signatures) await put(SIGNATURES, signaturesText(signatures));
    await put(
      'manifest.json',
      present(await files.read(`${folderOf(manifest.id)}/manifest.json`), 'The manifest').bytes,
    );
    if ((await readManifest(folder)).id !== manifest.id)
      throw new BundleError(`${where} was changed meanwhile`, { code: 'BUNDLE_CHANGED' });
    return { folder, manifest, close };
  } catch (error) {
    await close();
    throw error;
  }
}
