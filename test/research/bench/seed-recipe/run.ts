import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../../scripts/native/steps.mjs';

/** Keras 2.15 comes with TensorFlow; it needs Python 3.9 to 3.11. */
const PACKAGES = [
  'tensorflow-cpu==2.15.1',
  'tensorflow-model-optimization==0.8.0',
  // Keras 2.15 once more, under the name that tensorflow-model-optimization looks for.
  'tf-keras==2.15.1',
  'h5py',
];

/**
 * Repairs a net by the seed's recipe in its own frameworks, which are installed into a virtual environment in the cache
 * folder on first use (some 250 MB from PyPI).
 * @returns the seconds that it took, without Python's start and imports; undefined where it can't be had
 */
export function seedRecipeSeconds(net: string, clean: string): number | undefined {
  const folder = join(cacheFolder(), 'seed-recipe');
  const mark = join(folder, 'installed');
  const wanted = PACKAGES.join('\n');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    mkdirSync(cacheFolder(), { recursive: true });
    const isThere =
      run('python3', ['-m', 'venv', '--clear', folder]) &&
      run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
    if (!isThere) return undefined;
    writeFileSync(mark, wanted);
  }
  const { status, stdout, stderr } = spawnSync(
    join(folder, 'bin/python'),
    [join(import.meta.dirname, 'repair.py'), net, clean],
    { encoding: 'utf8' },
  );
  if (status === 0) return Number(stdout.trim().split('\n').at(-1));
  console.log(`The seed's recipe failed: ${stderr.trim().split('\n').at(-1)}`);
  return undefined;
}

function run(command: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    console.log(`The seed's recipe can't be had: ${command} failed${error ? `: ${error.message}` : ''}`);
  return status === 0;
}
