import { Buffer } from 'node:buffer';
import { messageOf } from '../models/errors';
import { clipped } from './json';
import type { Limits, Room } from './limits';
import { Problem } from './problem';

/** How a body is read. */
export interface Reading {
  readonly maxBytes: number;
  /** What is of that size at most, for messages. */
  readonly what: string;
  /** Where its bytes are held as they arrive. */
  readonly room: Room;
  readonly slowest: Limits['slowest'];
}

/**
 * Reads a request's body as it comes, and no further than the limit.
 * @throws Problem `too-large` by what is announced and by what arrives, `overloaded` where there is no room for it,
 *   `too-slow`, `unsupported-encoding`, `incomplete-body`
 */
export async function readBody(request: Request, reading: Reading): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes, what, room } = reading;
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw new Problem('unsupported-encoding', `Send the image as it is, not as ${clipped(encoding)}.`, {
      'Accept-Encoding': 'identity',
    });
  }
  const announced = announcedBytes(request);
  if (announced > maxBytes) throw tooLarge(what, maxBytes);
  room.expect(announced);
  if (announced > 0 && announced <= SMALL) return await readSmall(request, reading);
  return await readParts(request, reading, announced);
}

/** Bytes that Node.js holds of a body anyway, read or not: up to so many it is faster read at once. */
const SMALL = 64 * 1024;

/** The server lets no more arrive than is announced, so nothing need be counted before it has come. */
async function readSmall(
  request: Request,
  { maxBytes, what, room, slowest }: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  let onSlow = () => {};
  const late = new Promise<never>((_, reject) => {
    onSlow = () => reject(tooSlow(slowest));
  });
  const pace = keepPace(slowest, () => onSlow());
  try {
    const bytes = new Uint8Array(await Promise.race([request.arrayBuffer().catch(brokenOff), late]));
    if (bytes.length > maxBytes) throw tooLarge(what, maxBytes);
    room.take(bytes.length);
    return bytes;
  } finally {
    pace.end();
  }
}

async function readParts(
  request: Request,
  { maxBytes, what, room, slowest }: Reading,
  announced: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  // Not awaited: it may take as long as the sender does.
  const leave = () => void reader.cancel().catch(() => {});
  const pace = keepPace(slowest, leave);
  const gathered = new Gathered(announced);
  try {
    for (;;) {
      const part = await reader.read().catch(brokenOff);
      await room.turn();
      if (pace.isSlow()) throw tooSlow(slowest);
      if (part.done) return gathered.all();
      const { value } = part;
      if (gathered.length + value.length > maxBytes) throw tooLarge(what, maxBytes);
      room.take(value.length);
      pace.arrived(value.length);
      gathered.add(value);
    }
  } catch (error) {
    leave();
    throw error;
  } finally {
    pace.end();
  }
}

/**
 * Bytes as they arrive. Once a quarter of what is announced has come, there is room for all of it, in which the rest is put:
 * gathered in parts, and then put together, a body would be there twice.
 */
class Gathered {
  length = 0;
  private parts: Uint8Array[] = [];
  private whole: Buffer<ArrayBuffer> | undefined;

  constructor(private readonly announced: number) {}

  add(part: Uint8Array): void {
    const from = this.length;
    this.length += part.length;
    if (this.whole && this.length <= this.announced) this.whole.set(part, from);
    else {
      // More than is announced.
      if (this.whole) this.parts = [this.whole.subarray(0, from)];
      this.whole = undefined;
      this.parts.push(part);
      if (this.length * 4 >= this.announced && this.length <= this.announced) this.makeRoom();
    }
  }

  all(): Uint8Array<ArrayBuffer> {
    return this.whole?.subarray(0, this.length) ?? Buffer.concat(this.parts, this.length);
  }

  private makeRoom(): void {
    this.whole = Buffer.allocUnsafeSlow(this.announced);
    let at = 0;
    for (const part of this.parts) {
      this.whole.set(part, at);
      at += part.length;
    }
    this.parts = [];
  }
}

/** As many bytes as the request announces; 0 where it doesn't. */
function announcedBytes(request: Request): number {
  const announced = request.headers.get('content-length') ?? '';
  return /^\d+$/.test(announced) ? Number(announced) : 0;
}

/** @param what is of that size at most */
export function tooLarge(what: string, maxBytes: number): Problem {
  const mebibytes = Number((maxBytes / 2 ** 20).toFixed(1));
  return new Problem('too-large', `${what} may have ${maxBytes} bytes (${mebibytes} MiB) at most.`);
}

/** How often, in the time that counts, it is looked at what has arrived. */
const LOOKS = 10;

/**
 * Watches how fast bytes arrive. Times are counted in looks: while this process is too busy to read, none is taken, and
 * the sender is not to blame.
 * @param onSlow is called once they come slower than the slowest that is taken
 */
function keepPace({ bytesPerSecond, overSeconds }: Limits['slowest'], onSlow: () => void) {
  let arrived = 0;
  let looks = 0;
  let isSlow = false;
  const timer = setInterval(
    () => {
      if (++looks < LOOKS) return;
      if (arrived < bytesPerSecond * overSeconds) {
        isSlow = true;
        clearInterval(timer);
        onSlow();
      }
      arrived = 0;
      looks = 0;
    },
    (overSeconds * 1000) / LOOKS,
  );
  return {
    arrived: (bytes: number) => {
      arrived += bytes;
    },
    isSlow: () => isSlow,
    end: () => clearInterval(timer),
  };
}

function tooSlow({ bytesPerSecond }: Limits['slowest']): Problem {
  // What else it sends is no request.
  return new Problem('too-slow', `The body came slower than ${bytesPerSecond / 1000} KB/s.`, {
    Connection: 'close',
  });
}

function brokenOff(cause: unknown): never {
  throw new Problem('incomplete-body', `The connection broke off: ${messageOf(cause)}`);
}
