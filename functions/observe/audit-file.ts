import { Buffer } from 'node:buffer';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { GoodNetError, messageOf } from '../../models/errors';
import type { Audit } from './audit';

const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDWR } = constants;
const NEW_LINE = 10;

/** A file that lines are appended to. */
export interface AuditFile {
  /** Appends lines by one write. @throws Error where they could not be written, all of them */
  readonly append: Audit;
  /** Opens the file anew, which is made where it was moved away: for what rotates logs. */
  reopen(): void;
  close(): void;
}

/**
 * Opens a file to append lines of JSON to, made for its owner alone (0600) where it is not there. What was moved away is
 * made anew with the next line. A line is the system's once it is written: it outlives this process, not a loss of power.
 * @param say takes note, once, of that it can't be written, and of that it can again
 * @throws GoodNetError `usage` where it can't be opened, is no file, or is where this process's own output goes
 */
export function auditFile(path: string, say: (line: string) => void): AuditFile {
  let fd: number;
  try {
    fd = opened(path);
  } catch (cause) {
    throw new GoodNetError(`The audit trail can't be written to ${path}: ${messageOf(cause)}`, {
      kind: 'usage',
      hint: 'Give a file, in a folder that is there and may be written to.',
      cause,
    });
  }
  let isFailing = false;

  function reopen(): void {
    const before = fd;
    fd = opened(path);
    closeSync(before);
  }

  /** Takes note of how it went. @throws what the work throws */
  function telling(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isFailing) {
        say(
          `The audit trail can't be written to ${path}: ${messageOf(error)}. Until it can be, requests are answered 503.`,
        );
      }
      isFailing = true;
      throw error;
    }
    if (isFailing) say(`The audit trail in ${path} is written again.`);
    isFailing = false;
  }

  return {
    append: (lines) =>
      telling(() => {
        if (!isThere(path, fd)) reopen();
        // What another write left of a line stays a line of its own.
        const first = endsWithin(fd) ? '\n' : '';
        const text = Buffer.from(first + lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        const before = fstatSync(fd).size;
        const written = writeSync(fd, text);
        if (written === text.length) return;
        // Nothing of lines that are not all there; unless another program has written behind them.
        if (fstatSync(fd).size === before + written) ftruncateSync(fd, before);
        throw new Error(`there was room for ${written} of ${text.length} bytes`);
      }),
    reopen() {
      try {
        telling(reopen);
      } catch {
        // Said; the next line tries again.
      }
    },
    close: () => closeSync(fd),
  };
}

function opened(path: string): number {
  // Without waiting for whoever reads a pipe: it is no file.
  const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
  try {
    const file = fstatSync(fd, { bigint: true });
    if (!file.isFile()) throw new Error('it is no file');
    if (!beginsLikeOurs(fd)) throw new Error('it holds something else');
    if ([1, 2].some((output) => isSame(statsOf(output), file)))
      throw new Error('it is where the output of this program goes');
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

const BEGINNING = Buffer.from('{"time":');

/** Whether a file is empty, or has lines of ours: it is no file of tokens, nor anything else that is to stay as it is. */
function beginsLikeOurs(fd: number): boolean {
  const head = Buffer.alloc(BEGINNING.length);
  const length = readSync(fd, head, 0, head.length, 0);
  return head.subarray(0, length).equals(BEGINNING.subarray(0, length));
}

/** Of an output, which may be closed. */
function statsOf(fd: number): BigIntStats | undefined {
  try {
    return fstatSync(fd, { bigint: true });
  } catch {
    return undefined;
  }
}

/** Whether the path still leads to the open file. */
function isThere(path: string, fd: number): boolean {
  return isSame(statSync(path, { bigint: true, throwIfNoEntry: false }), fstatSync(fd, { bigint: true }));
}

function isSame(one: BigIntStats | undefined, other: BigIntStats): boolean {
  return one !== undefined && one.dev === other.dev && one.ino === other.ino;
}

/** Whether the file's last line has no end. */
function endsWithin(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] !== NEW_LINE;
}
