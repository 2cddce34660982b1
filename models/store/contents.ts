import { BundleError } from '../errors';
import { bearsSignatureOf } from '../signing/pointer';
import { isSignedBy, type TrustedKeys } from '../signing/signatures';
import { modelOf, placeOf } from './address';
import { folderOf, type Holdings, type KeptBundle, listBundles, signaturesIn } from './bundles';
import type { Files } from './files';
import type { Trust } from './trusted';

/** A bundle in a store, with what else is known of it there. */
export interface StoredBundle extends KeptBundle {
  /** When its manifest was written to the store, in milliseconds since 1970; undefined where that can't be told. */
  readonly published: number | undefined;
  /**
   * The ids of the keys that have signed it, none where it is unsigned; undefined where its signatures are damaged. Verified, and of trusted
   * keys, where some are trusted; else as the file claims.
   */
  readonly signers: readonly string[] | undefined;
}

/** What a store holds, and what is known of its signatures. */
export interface StoreContents extends Omit<Holdings, 'bundles'> {
  readonly bundles: readonly StoredBundle[];
  /** Whether a trusted key has signed what is current, for this store; undefined where none is trusted. */
  readonly isCurrentVerified?: boolean;
  /** The serial that was seen, where what is current is older: it was put back. */
  readonly seenSerial?: number;
}

/**
 * The bundles of a store, the last that was published first, and those that can't be read.
 * @param trust keys whose signatures are to be verified, and told alone
 * @throws as listBundles
 */
export async function readStoreContents(files: Files, trust?: Trust): Promise<StoreContents> {
  const trusted = trust?.keys;
  const { bundles, ...more } = await listBundles(files);
  const stored: StoredBundle[] = [];
  for (const bundle of bundles) {
    const published = await files.modified(`${folderOf(bundle.id)}/manifest.json`);
    stored.push({ ...bundle, published, signers: await signersOf(files, bundle.id, trusted) });
  }
  stored.sort((a, b) => (b.published ?? 0) - (a.published ?? 0));
  const { current } = more;
  const isCurrentVerified = trusted && {
    isCurrentVerified:
      current?.signed?.model === modelOf(files.address) && bearsSignatureOf(current, trusted),
  };
  const newest = await trust?.seen?.newest(placeOf(files.address));
  const isOlder = newest !== undefined && (current?.signed?.serial ?? newest) < newest;
  return { bundles: stored, ...more, ...isCurrentVerified, ...(isOlder && { seenSerial: newest }) };
}

async function signersOf(files: Files, id: string, trusted?: TrustedKeys): Promise<string[] | undefined> {
  try {
    const signatures = (await signaturesIn(files, id)) ?? [];
    return signatures.filter((each) => !trusted || isSignedBy(id, each, trusted)).map(({ keyId }) => keyId);
  } catch (error) {
    if (error instanceof BundleError && error.kind === 'data') return undefined;
    throw error;
  }
}
