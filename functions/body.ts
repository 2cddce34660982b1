import { messageOf } from '../models/errors';
import { Problem } from './problem';

/** As many bytes as the request announces, or the most it may have where it does not. */
export function announcedBytes(request: Request, maxBytes: number): number {
  const announced = request.headers.get('content-length') ?? '';
  return /^\d+$/.test(announced) ? Number(announced) : maxBytes;
}

/**
 * Reads a request's body as it comes, and no further than the limit.
 * @param what is of that size at most, for messages
 * @throws Problem `too-large` by what is announced and by what arrives, `unsupported-encoding`, `incomplete-body`
 */
export async function readBody(request: Request, maxBytes: number, what: string): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw new Problem('unsupported-encoding', `Send the image as it is, not as ${encoding}.`, {
      'Accept-Encoding': 'identity',
    });
  }
  if (announcedBytes(request, 0) > maxBytes) throw tooLarge(what, maxBytes);
  if (!request.headers.has('content-length')) return await readParts(request, maxBytes, what);
  // The server lets no more arrive than is announced, so nothing need be counted.
  const bytes = new Uint8Array(await request.arrayBuffer().catch(brokenOff));
  if (bytes.length > maxBytes) throw tooLarge(what, maxBytes);
  return bytes;
}

/** @param what is of that size at most */
export function tooLarge(what: string, maxBytes: number): Problem {
  const mebibytes = Number((maxBytes / 2 ** 20).toFixed(1));
  return new Problem('too-large', `${what} may have ${maxBytes} bytes (${mebibytes} MiB) at most.`);
}

async function readParts(request: Request, maxBytes: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch(brokenOff);
    if (!part || part.done) return Buffer.concat(parts, length);
    length += part.value.length;
    if (length > maxBytes) {
      // Not awaited: it may take as long as the sender does.
      void reader?.cancel().catch(() => {});
      throw tooLarge(what, maxBytes);
    }
    parts.push(part.value);
  }
}

function brokenOff(cause: unknown): never {
  throw new Problem('incomplete-body', `The connection broke off: ${messageOf(cause)}`);
}
