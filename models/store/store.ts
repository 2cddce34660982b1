import type { Manifest } from '../bundle/manifest';
import { signaturesIn } from './bundles';
import { readStoreContents, type StoreContents } from './contents';
import type { Signing } from './current';
import type { Files } from './files';
import { openGivenSigning, openGivenTrust, type SigningGiven, type TrustGiven } from './given-keys';
import { type Migration, migrate } from './migrate';
import { activate, checkMayPoint, rollback } from './move-pointer';
import { openStoreFiles } from './open-store-files';
import { prune } from './prune';
import { publish } from './publish';
import type { Trust } from './trusted';

/** Whom a store's user believes, and who signs for it. */
export interface StoreOptions {
  /** Keys whose signatures are believed: files of public keys, ARNs of keys in KMS; left out: nobody is asked for one. */
  readonly trust?: TrustGiven | undefined;
  /** Signs what is published and made current: the file of a private key, the ARN of a key in KMS, or whoever signs. */
  readonly sign?: SigningGiven | undefined;
}

/** Whoever takes note of bundles being written, and may end it. */
export interface WritingOptions {
  /** Told as files are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Aborting it ends the work between two files; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a bundle is published. */
export interface PublishingOptions extends WritingOptions {
  /** Whether it is made current; by default it is not. */
  readonly activate?: boolean | undefined;
}

/**
 * Opens a store of bundles. Nothing is read or made yet.
 * @param address a folder, or `s3://bucket/prefix`
 * @throws GoodNetError where a key can't be had, or the address is none
 *
 * @example
 * import { openStore } from 'goodnet';
 *
 * const store = await openStore('store');
 * const { bundles } = await store.list();
 * for (const { id, name, isCurrent } of bundles) console.log(id, name, isCurrent ? 'current' : '');
 */
export async function openStore(address: string, { trust, sign }: StoreOptions = {}): Promise<Store> {
  const signing = await openGivenSigning(sign);
  const trusted = await openGivenTrust(trust);
  return new Store(await openStoreFiles(address), trusted, signing && { trusted: trusted?.keys, ...signing });
}

/** A store of bundles, one of which is current: the one that is answered with. */
export class Store {
  readonly #files: Files;
  readonly #trust: Trust | undefined;
  readonly #signing: Signing | undefined;

  /** @internal */
  constructor(files: Files, trust: Trust | undefined, signing: Signing | undefined) {
    this.#files = files;
    this.#trust = trust;
    this.#signing = signing;
  }

  /** As it was opened. */
  get address(): string {
    return this.#files.address;
  }

  /**
   * The bundles in it, the last that was published first, and those that can't be read.
   * @throws GoodNetError `environment` where it can't be read
   */
  list(): Promise<StoreContents> {
    return readStoreContents(this.#files, this.#trust);
  }

  /**
   * The ids of the keys that have signed a bundle, as its file claims.
   * @param id the bundle's
   * @returns undefined where nobody has
   */
  async signersOf(id: string): Promise<string[] | undefined> {
    return (await signaturesIn(this.#files, id))?.map(({ keyId }) => keyId);
  }

  /**
   * Puts a bundle into it. A publish that breaks off leaves nothing that is read, and goes on where it stopped when it is tried again.
   * @param path the bundle's folder, or a folder store whose current bundle is meant
   * @throws BundleError where it is damaged, or not signed as it should be; GoodNetError where the store can't be written, or not be made
   * to say that this is current
   */
  async publish(path: string, options: PublishingOptions = {}): Promise<Manifest> {
    const { activate: isActivated = false, onProgress: progress, signal } = options;
    if (isActivated) await checkMayPoint(this.#files, this.#signing);
    const manifest = await publish(path, this.#files, {
      progress,
      signal,
      signer: this.#signing?.signer,
      trust: this.#trust,
    });
    if (isActivated) await activate(this.#files, manifest.id, this.#signing, true);
    return manifest;
  }

  /**
   * Makes a bundle current.
   * @param id the bundle's, or its beginning
   * @returns its whole id
   * @throws BundleError where there is none, several begin so, or it can't be read; UsageError where a key is wanted
   */
  activate(id: string): Promise<string> {
    return activate(this.#files, id, this.#signing);
  }

  /**
   * Makes the bundle before the current one current again.
   * @returns its id
   * @throws BundleError where there is none; UsageError where a key is wanted
   */
  rollback(): Promise<string> {
    return rollback(this.#files, this.#signing);
  }

  /**
   * Removes bundles, all but some: kept are the current one, the one before it, one published since, then those that were current last.
   * @param keep how many to keep, the current one counted
   * @returns the ids of those removed
   */
  prune(keep = 3): Promise<string[]> {
    return prune(this.#files, keep, this.#trust);
  }

  /**
   * Gives every bundle of an earlier format one of the newest beside it: another manifest, and so another id; its files are the same bytes.
   * What is current then points to the new one. The old ones stay, and can be gone back to. With `sign`, only what it, or who is trusted,
   * has signed is migrated.
   * @returns what became of each, those that were left as they are among them, with the reason
   * @throws UsageError where what is there is signed, and there is no key; BundleError where it is no store, or what is current is damaged,
   * or not signed as it should be: nothing is written then. GoodNetError `environment` where the store can't be written
   *
   * @example
   * import { openStore } from 'goodnet';
   *
   * const { bundles, refused } = await (await openStore('store')).migrate();
   * console.log(bundles.length, 'migrated;', refused.length, 'left as they are');
   */
  migrate({ onProgress, signal }: WritingOptions = {}): Promise<Migration> {
    return migrate(this.#files, { progress: onProgress, signal, signing: this.#signing });
  }
}
