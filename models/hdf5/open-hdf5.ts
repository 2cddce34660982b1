import type { FileHandle } from 'node:fs/promises';
import { File } from 'h5wasm';
import { GoodNetError, messageOf } from '../errors';
import { first } from '../present';
import { openRegular } from '../regular';
import { type PlacedFile, placeFile, startHdf5 } from './library';

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** The class of error to refuse a file with: NetError for a net, ImageError for images. */
export type Refusal = new (message: string, options?: { hint?: string; cause?: unknown }) => GoodNetError;

/** An HDF5 file of this machine, open for reading. */
export class OpenHdf5 extends File {
  constructor(
    /** Where it is, for messages. */
    readonly name: string,
    /** Its length. */
    readonly bytes: number,
    private readonly placed: PlacedFile,
  ) {
    super(placed.path, 'r');
  }

  override close(): number {
    const status = super.close();
    this.placed.remove();
    return status;
  }
}

/** Whether a file begins like HDF5: the signature at byte 0, 512, 1024, 2048, … (a user block may precede it). */
export async function isHdf5(path: string): Promise<boolean> {
  const file = await openRegular(path);
  try {
    return await hasSignature(file);
  } finally {
    await file.close();
  }
}

/**
 * Opens an HDF5 file for reading, in place: only what is asked for is read.
 * @throws `Refusal` where there is no such file, it is no HDF5, or it is cut short
 */
export async function openHdf5(path: string, Refusal: Refusal = GoodNetError): Promise<OpenHdf5> {
  const library = await startHdf5();
  const isOne = await isHdf5(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new Refusal(`${path}: there is no such file`, { cause });
    if (cause.code === 'EISDIR') throw new Refusal(`${path} is a folder, not an HDF5 file`, { cause });
    throw new Refusal(`${path} can't be read: ${messageOf(cause)}`, { cause });
  });
  if (!isOne) {
    throw new Refusal(`${path} is not an HDF5 file`, {
      hint: 'HDF5 files begin with the bytes 89 48 44 46; a download page or a Git LFS pointer in its place does not.',
    });
  }
  const placed = placeFile(library, path);
  try {
    return new OpenHdf5(path, placed.bytes, placed);
  } catch (cause) {
    placed.remove();
    const cut = /truncated file: eof = (\d+).*stored_eof = (\d+)/.exec(messageOf(cause));
    if (cut) {
      throw new Refusal(`${path} is cut short: ${cut[1]} of its ${cut[2]} bytes are there`, {
        hint: 'Copy or download it again.',
        cause,
      });
    }
    throw new Refusal(`${path} can't be opened as HDF5: ${hdf5Reason(cause)}`, {
      hint: 'The file is damaged; copy or download it again.',
      cause,
    });
  }
}

/** Whether reading failed because the values lie in a file of their own. */
export function isElsewhere(error: unknown): boolean {
  return /external (raw data )?file/i.test(messageOf(error));
}

/** The telling line of HDF5's many-lined error. */
export function hdf5Reason(error: unknown): string {
  const text = messageOf(error);
  const filter = /required filter '([^']+)' is not registered/.exec(text);
  if (filter) return `it is compressed with ${filter[1]}, which is not supported`;
  if (/after enum members are defined/.test(text))
    return 'it is an enumeration of big-endian numbers, which is not supported';
  const lines = text.split('\n');
  const last = lines.findLast((line) => line.trimStart().startsWith('#') && line.includes('(): '));
  return last === undefined ? first(lines) : last.slice(last.indexOf('(): ') + '(): '.length);
}

async function hasSignature(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(SIGNATURE.length);
  for (let offset = 0; offset + bytes.length <= size; offset = offset === 0 ? 512 : offset * 2) {
    await file.read(bytes, 0, bytes.length, offset);
    if (bytes.equals(SIGNATURE)) return true;
  }
  return false;
}
