import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';

const script = fileURLToPath(new URL('../../../scripts/build-lambda.mjs', import.meta.url));

/** Makes the functions' programs, as `npm run build:lambda` does, into a folder. */
export function buildPrograms(folder: string): void {
  execFileSync(process.execPath, [script, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Bytes of a folder as a zip, source maps and all. */
export function zippedBytes(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return zipSync(Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))])))
    .byteLength;
}
