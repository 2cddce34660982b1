import { constants, type PathLike } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { GoodNetError } from './errors';

/** What can be told of something on a disk. */
interface Kind {
  isFile(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** What something is that is neither a file nor a folder; undefined for those. */
export function specialKind(kind: Kind & { isDirectory(): boolean }): string | undefined {
  if (kind.isFile() || kind.isDirectory()) return undefined;
  if (kind.isFIFO()) return 'a named pipe';
  return kind.isSocket() ? 'a socket' : 'a device';
}

/**
 * Opens a file for reading, and nothing but a file: a named pipe that nobody writes to would keep a reader waiting for ever.
 * @throws GoodNetError for a pipe, a socket or a device; what `open` throws
 */
export async function openRegular(path: PathLike): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause) => {
    // So do sockets answer.
    if (cause.code === 'ENXIO') throw new GoodNetError('it is a socket or a device, not a file', { cause });
    throw cause;
  });
  try {
    const special = specialKind(await file.stat());
    if (special !== undefined) throw new GoodNetError(`it is ${special}, not a file`);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a file, and nothing but a file, of at most so many bytes.
 * @throws GoodNetError for a pipe, a socket or a device, and for a larger file; what `open` and `read` throw
 */
export async function readRegular(path: PathLike, maxBytes: number): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new GoodNetError(`it is ${size} bytes long; the most is ${maxBytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
