import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../scripts/native/steps.mjs';

/** The virtual environment of scripts/python-tools.mjs; undefined, said once, where it has not been made. */
export function pythonTools(): string | undefined {
  const folder = join(cacheFolder(), 'python-tools');
  if (existsSync(join(folder, 'installed'))) return folder;
  console.log('Skipped: node scripts/python-tools.mjs has not been run.');
  return undefined;
}
