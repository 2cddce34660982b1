import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../scripts/native/steps.mjs';

/** The virtual environment of scripts/python-tools.mjs; undefined, said once, where it has not been made. */
export function pythonTools(): string | undefined {
  return environment('tools', 'node scripts/python-tools.mjs');
}

/** The virtual environment that has Keras, of `scripts/python-tools.mjs keras`; undefined, said once, where it has not been made. */
export function pythonKeras(): string | undefined {
  return environment('keras', 'node scripts/python-tools.mjs keras');
}

function environment(name: string, madeBy: string): string | undefined {
  const folder = join(cacheFolder(), `python-${name}`);
  if (existsSync(join(folder, 'installed'))) return folder;
  console.log(`Skipped: ${madeBy} has not been run.`);
  return undefined;
}
