import { BundleError } from '../errors';
import { folderOf, type Holdings, type KeptBundle, listBundles, signaturesIn } from './bundles';
import type { Files } from './files';

/** A bundle in a store, with what else is known of it there. */
export interface ShelvedBundle extends KeptBundle {
  /** When its manifest was written to the store, in milliseconds since 1970; undefined where that can't be told. */
  readonly published: number | undefined;
  /** The ids of the keys that have signed it, none where it is unsigned; undefined where its signatures are damaged. */
  readonly signers: readonly string[] | undefined;
}

/**
 * The bundles of a store, the last that was published first, and those that can't be read.
 * @throws as listBundles
 */
export async function readShelf(
  files: Files,
): Promise<Omit<Holdings, 'bundles'> & { bundles: ShelvedBundle[] }> {
  const { bundles, ...more } = await listBundles(files);
  const shelved: ShelvedBundle[] = [];
  for (const bundle of bundles) {
    const published = await files.modified(`${folderOf(bundle.id)}/manifest.json`);
    shelved.push({ ...bundle, published, signers: await signersOf(files, bundle.id) });
  }
  shelved.sort((a, b) => (b.published ?? 0) - (a.published ?? 0));
  return { bundles: shelved, ...more };
}

async function signersOf(files: Files, id: string): Promise<string[] | undefined> {
  try {
    return ((await signaturesIn(files, id)) ?? []).map(({ keyId }) => keyId);
  } catch (error) {
    if (error instanceof BundleError && error.kind === 'data') return undefined;
    throw error;
  }
}
