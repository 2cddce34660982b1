import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSignatures, SIGNATURES, type Signatures } from './signatures';

/** The signatures of a bundle in a folder; undefined where it bears none. @throws BundleError where they are damaged */
export async function signaturesBeside(folder: string): Promise<Signatures | undefined> {
  const path = join(folder, SIGNATURES);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseSignatures(text, path);
}
