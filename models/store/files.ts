import { MOST_MANIFEST } from '../bundle/read';
import { BundleError } from '../errors';
import { MOST_SIGNATURES } from '../signing/signatures';

/** The longest of the small files, in bytes. */
export const MOST_BYTES = { current: 2 ** 16, signatures: MOST_SIGNATURES, manifest: MOST_MANIFEST } as const;

/** A file as a store keeps it. */
export interface StoredFile {
  readonly bytes: Uint8Array;
  /** Changes with the content: an ETag, or a checksum. */
  readonly version: string;
  /** Which of several versions under this key it is, where a bucket of S3 keeps them. */
  readonly versionId?: string | undefined;
}

/** A file that is no use, whatever is in it: too large for what it is, or no file but a pipe or a device. */
export class UnusableFile extends BundleError {}

/** What must hold of a file for it to be written over; `new` wants that there is none. */
export type Condition = { readonly version: string } | 'new' | 'any';

/** How a file is read; see Files. */
export interface ReadOptions {
  readonly isChecked?: boolean;
  readonly maxBytes?: number;
}

/** Where bundles are kept: a folder, or a prefix of an S3 bucket. Keys are paths with /, relative to it. */
export interface Files {
  /** For messages: `s3://bucket/prefix`, or the folder. */
  readonly address: string;
  /**
   * @param options.isChecked whether the caller compares what it gets with a checksum of its own: no other is then asked for
   * @param options.maxBytes the most that the caller has a use for: whoever may write the store may have put anything there
   * @returns undefined where there is no such file
   * @throws UnusableFile where it is larger, or no file
   */
  read(key: string, options?: ReadOptions): Promise<StoredFile | undefined>;
  /**
   * Writes a file whole or not at all.
   * @returns false where the condition does not hold: somebody else was there first
   */
  write(key: string, bytes: Uint8Array, condition: Condition): Promise<boolean>;
  /** Whether a file is there with that size and SHA-256 (hexadecimal); false where that can't be told without reading it. */
  has(key: string, what: { readonly bytes: number; readonly sha256: string }): Promise<boolean>;
  /** When a file was written, in milliseconds since 1970, to a second; undefined where there is none. */
  modified(key: string): Promise<number | undefined>;
  /** The keys that begin with a prefix, in order. */
  list(prefix: string): Promise<string[]>;
  /** The folders right below the address, in order. */
  folders(): Promise<string[]>;
  remove(keys: readonly string[]): Promise<void>;
}
