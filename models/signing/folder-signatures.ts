import { join } from 'node:path';
import { BundleError, messageOf } from '../errors';
import { readRegular } from '../regular';
import { MOST_SIGNATURES, parseSignatures, SIGNATURES, type Signatures } from './signatures';

/** The signatures of a bundle in a folder; undefined where it bears none. @throws BundleError where they are damaged, or can't be read */
export async function signaturesBeside(folder: string): Promise<Signatures | undefined> {
  const path = join(folder, SIGNATURES);
  const bytes = await readRegular(path, MOST_SIGNATURES).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new BundleError(`${path} can't be read: ${messageOf(cause)}`, {
      kind: 'environment',
      hint: 'Check that you may read what is there.',
      cause,
    });
  });
  return bytes === undefined ? undefined : parseSignatures(bytes.toString('utf8'), path);
}
