import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Manifest } from '../../models/bundle/manifest';
import { readManifest } from '../../models/bundle/read';
import { SIGNATURES, signaturesText } from '../../models/signing/signatures';
import { folderOf, readFrom, signaturesIn } from '../../models/store/bundles';
import { resolveBundle } from '../../models/store/folder';
import { isS3, openFiles } from '../../models/store/open';

/** One bundle, whatever becomes of the store that it is in. */
export interface PinnedBundle {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Removes what was fetched. */
  close(): Promise<void>;
}

/**
 * Settles which bundle a path means now; one in S3 is fetched once, for all who load it.
 * @throws BundleError where there is none, or it is damaged
 */
export async function pinBundle(path: string): Promise<PinnedBundle> {
  if (!isS3(path)) {
    const { folder } = await resolveBundle(path);
    return { folder, manifest: await readManifest(folder), close: async () => {} };
  }
  const files = await openFiles(path);
  const { manifest, read } = await readFrom(files);
  const folder = await mkdtemp(join(tmpdir(), 'goodnet-bundle-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const put = async (name: string, content: Uint8Array | string) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    };
    for (const file of manifest.files) await put(file.path, read(file.path));
    const signatures = await signaturesIn(files, manifest.id);
    if (signatures) await put(SIGNATURES, signaturesText(signatures));
    await put('manifest.json', (await files.read(`${folderOf(manifest.id)}/manifest.json`))!.bytes);
    return { folder, manifest, close };
  } catch (error) {
    await close();
    throw error;
  }
}
