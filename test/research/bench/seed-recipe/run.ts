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

/** Where its virtual environment is, in the cache folder, made on first use (some 250 MB from PyPI); undefined, told, where it can't be had. */
export function seedRecipe(): string | undefined {
  const folder = join(cacheFolder(), 'seed-recipe');
  const mark = join(folder, 'installed');
  const wanted = PACKAGES.join('\n');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  const isThere =
    run('python3', ['-m', 'venv', '--clear', folder]) &&
    run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
  if (!isThere) return undefined;
  writeFileSync(mark, wanted);
  return folder;
}

/**
 * Repairs a net by the seed's recipe in its own frameworks.
 * @param net an HDF5 file of Keras
 * @param clean an HDF5 file as the contest has them: `data` N × 3 × height × width of 0–255, `label`
 * @param out where the repaired net goes, an HDF5 file of Keras; left out: it is not kept
 * @returns the seconds that it took, without Python's start and imports; undefined, told, where it can't be had, or failed
 */
export function repairBySeedRecipe(net: string, clean: string, out?: string): number | undefined {
  const folder = seedRecipe();
  if (!folder) return undefined;
  const script = join(import.meta.dirname, 'repair.py');
  const { status, stdout, stderr } = spawnSync(
    join(folder, 'bin/python'),
    [script, net, clean, ...(out === undefined ? [] : [out])],
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
