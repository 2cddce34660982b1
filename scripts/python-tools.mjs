// Installs the Python tools that the service is tested with into a virtual environment in the cache folder, and prints
// its path: schemathesis, which asks what /openapi.json tells of, and tritonclient, which speaks the Open Inference
// Protocol, and moto, which stands in for EventBridge and SQS. Quick the second time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './native/steps.mjs';

const PACKAGES = [
  'schemathesis==4.32.5',
  'tritonclient[http]==2.73.0',
  'numpy',
  'pillow',
  'moto[server]==5.2.5',
];

const folder = join(cacheFolder(), 'python-tools');
const mark = join(folder, 'installed');
const wanted = PACKAGES.join('\n');
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  mkdirSync(cacheFolder(), { recursive: true });
  run('python3', ['-m', 'venv', '--clear', folder]);
  run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
  writeFileSync(mark, wanted);
}
console.log(folder);

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(`python-tools: ${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}
