import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inlined } from './inlined.mjs';
import { noticesText } from './notices.mjs';

/**
 * Writes THIRD-PARTY-NOTICES.txt and inlined.cdx.json (CycloneDX) of what esbuild has put into the programs of a folder.
 * @param metafiles of all runs of esbuild that wrote there
 * @param beside works that come along without being inside
 * @throws Error where a licence is not allowed or its text is missing
 */
export async function writeNotices(folder, metafiles, beside = []) {
  const { bom, packages } = inlined(metafiles);
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), noticesText(packages, beside));
  await writeFile(join(folder, 'inlined.cdx.json'), `${JSON.stringify(bom, undefined, 1)}\n`);
}
