import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { NetError } from '../../models/errors';
import { filesOf } from '../../models/net-files';

/**
 * SHA-256 of a net's file, and of those that its weights lie in, one after the other, in hexadecimal digits. Read in pieces: nets may be large.
 * @throws NetError where one can't be read
 */
export async function netDigest(path: string): Promise<string> {
  const files = await filesOf(path).catch(() => [path]);
  const hash = createHash('sha256');
  try {
    for (const file of files) for await (const piece of createReadStream(file)) hash.update(piece);
  } catch (cause) {
    throw new NetError(`${path} can't be read`, { cause });
  }
  return hash.digest('hex');
}
