import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BundleError, GoodNetError, messageOf } from '../errors';
import { readRegular } from '../regular';
import { type Manifest, parseManifest } from './manifest';

/** The longest manifest, in bytes: the calibration's scores are in it. */
export const MOST_MANIFEST = 2 ** 26;

/** A bundle's manifest and the bytes of its files, every one of them verified. */
export interface BundleFiles {
  readonly folder: string;
  readonly manifest: Manifest;
  /** @throws BundleError for a path that the manifest does not name */
  read(path: string): Uint8Array;
}

/** A bundle whose files are still being read: each can be had as soon as it is verified. */
export interface ArrivingBundle {
  readonly folder: string;
  readonly manifest: Manifest;
  /** @throws BundleError where the file is missing, changed, or none that the manifest names */
  read(path: string): Promise<Uint8Array>;
  /** Gives the memory of a file back, which nothing may look at any more. */
  free(path: string): Promise<void>;
  /** Waits for all of them. @throws BundleError naming one that is missing, cut short, or changed */
  whole(): Promise<BundleFiles>;
}

/** Why a file can't be read, in a word of the system's where it has one. */
function reasonOf(cause: unknown): string {
  if (cause instanceof GoodNetError) return cause.message;
  return (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
}

/** Reads a bundle's manifest alone. @throws BundleError */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'manifest.json');
  const bytes = await readRegular(path, MOST_MANIFEST).catch((cause) => {
    const why = reasonOf(cause);
    throw new BundleError(`${folder} holds no bundle: manifest.json can't be read (${why})`, {
      code: 'BUNDLE_NOT_FOUND',
      hint: 'Give the folder that goodnet repair wrote (the one with current.json, or a bundle in it).',
      cause,
    });
  });
  return parseManifest(bytes.toString('utf8'), path);
}

/**
 * Reads all of a bundle and checks each file's size and SHA-256.
 * @throws BundleError naming the file that is missing, cut short, or changed
 */
export async function readBundleFiles(folder: string): Promise<BundleFiles> {
  return await (await startReading(folder)).whole();
}

/** The same, one file after the other to be had. @throws BundleError where there is no manifest, or a damaged one */
export async function startReading(folder: string): Promise<ArrivingBundle> {
  return filesOf(folder, await readManifest(folder));
}

/** The files of a bundle whose manifest has been read, and looked at. */
export function filesOf(folder: string, manifest: Manifest): ArrivingBundle {
  return arriving(manifest, folder, (path, maxBytes) =>
    readRegular(join(folder, path), maxBytes).catch((cause) => {
      const why = reasonOf(cause);
      throw damaged(`${join(folder, path)} is missing or can't be read (${why})`, cause);
    }),
  );
}

/**
 * Reads the files that a manifest names, wherever they are, and checks each one's size and SHA-256.
 * @param folder where they are, for messages
 * @param readBytes gives a file's bytes, of which there are to be so many, or undefined where there is none
 */
export function arriving(
  manifest: Manifest,
  folder: string,
  readBytes: (path: string, maxBytes: number) => Promise<Uint8Array | undefined>,
): ArrivingBundle {
  const verified = async ({ path, bytes, sha256 }: Manifest['files'][number]) => {
    const where = join(folder, path);
    const content = await readBytes(path, bytes);
    if (!content) throw damaged(`${where} is missing`);
    if (content.byteLength !== bytes) {
      throw damaged(`${where} has ${content.byteLength} bytes; the manifest says ${bytes}`);
    }
    if (createHash('sha256').update(content).digest('hex') !== sha256) {
      throw damaged(`${where} has been changed since the bundle was made: its checksum does not fit`);
    }
    return content;
  };
  // At once: from S3 each takes its time.
  const reads = new Map(manifest.files.map((file) => [file.path, verified(file)]));
  // Whoever asks for it is told what is wrong with it.
  for (const read of reads.values()) read.catch(() => {});
  const named = <File>(file: File | undefined, path: string): File => {
    if (!file) throw damaged(`the manifest of ${folder} names no file ${path}`);
    return file;
  };
  return {
    folder,
    manifest,
    read: async (path) => await named(reads.get(path), path),
    async free(path) {
      const content = await reads.get(path);
      if (content && isAlone(content)) detach(content.buffer);
    },
    async whole() {
      const entries = [...reads].map(async ([path, read]) => [path, await read] as const);
      const contents = new Map(await Promise.all(entries));
      return { folder, manifest, read: (path) => named(contents.get(path), path) };
    },
  };
}

function isAlone({ buffer, byteLength }: Uint8Array): boolean {
  return buffer.byteLength === byteLength;
}

/** Frees memory at once, where the runtime can (Node.js 22): the garbage collector may not come by for minutes. */
function detach(buffer: ArrayBufferLike & { transfer?: (size: number) => ArrayBuffer }): void {
  buffer.transfer?.(0);
}

function damaged(message: string, cause?: unknown): BundleError {
  return new BundleError(`The bundle is damaged: ${message}`, {
    code: 'BUNDLE_DAMAGED',
    hint: 'Fetch the bundle again, or make it anew with goodnet repair.',
    cause,
  });
}
