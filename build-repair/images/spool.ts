import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoodNetError, messageOf } from '../../models/errors';

/**
 * A temporary file of raw values, written once and read by position. Its name is taken away as soon as it is open,
 * so that nothing is left of it when the process ends, however it ends.
 */
export class Spool {
  private length = 0;
  private open = true;
  private buffer = new Uint8Array();

  private constructor(private readonly file: number) {}

  /** @throws GoodNetError `environment` where no temporary file can be made */
  static create(folder: string = tmpdir()): Spool {
    try {
      const own = mkdtempSync(join(folder, 'goodnet-'));
      try {
        return new Spool(openSync(join(own, 'pixels'), 'wx+', 0o600));
      } finally {
        rmSync(own, { recursive: true, force: true });
      }
    } catch (cause) {
      throw unwritable(cause);
    }
  }

  /** @returns the offset in bytes at which the values lie */
  append(values: Uint8Array | Float32Array): number {
    const offset = this.length;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.file, bytes, done, bytes.length - done, offset + done);
      }
    } catch (cause) {
      throw unwritable(cause);
    }
    this.length += bytes.length;
    return offset;
  }

  /** Reads `count` values of 1 byte (whole numbers) or 4 (floats) each into `into`, from its position `at` on. */
  read(offset: number, bytesEach: 1 | 4, into: Float32Array, at: number, count: number): void {
    const length = count * bytesEach;
    let bytes: Uint8Array;
    if (bytesEach === 4) {
      bytes = new Uint8Array(into.buffer, into.byteOffset + at * 4, length);
    } else {
      if (this.buffer.length < length) this.buffer = new Uint8Array(length);
      bytes = this.buffer.subarray(0, length);
    }
    for (let done = 0; done < length; ) {
      const read = readSync(this.file, bytes, done, length - done, offset + done);
      if (read === 0) throw new RangeError('Read past the end of the temporary file');
      done += read;
    }
    if (bytesEach === 1) into.set(bytes, at);
  }

  /** Closes the file, which frees its place on the disk. */
  dispose(): void {
    if (this.open) closeSync(this.file);
    this.open = false;
  }
}

function unwritable(cause: unknown): GoodNetError {
  return new GoodNetError(`The temporary file for images can't be written: ${messageOf(cause)}`, {
    code: 'OUTPUT_UNWRITABLE',
    hint: `Make room in ${tmpdir()}, or name another folder in the environment variable TMPDIR.`,
    cause,
  });
}
