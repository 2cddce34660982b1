// Installs Python packages that GoodNet is tested with into a virtual environment in the cache folder, and prints its path. Quick
// the second time. `python-tools.mjs` is what the service is tested with: schemathesis, which asks what /openapi.json tells of,
// tritonclient, which speaks the Open Inference Protocol, moto, which stands in for EventBridge and SQS, and cfn-lint, which holds
// templates against what CloudFormation takes;
// `python-tools.mjs keras` is the Keras that exported nets are loaded with (TensorFlow, 200 MB: Python 3.9 to 3.11);
// `python-tools.mjs localstack` is what the stacks are deployed to by `npm run deploy:local`, and the AWS CLI (500 MB: Python 3.10 or later).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './native/steps.mjs';

const SETS = {
  tools: [
    'schemathesis==4.32.5',
    'tritonclient[http]==2.73.0',
    'numpy',
    'pillow',
    'moto[server]==5.2.5',
    'cfn-lint==1.58.0',
  ],
  keras: ['tensorflow-cpu==2.15.1'],
  // It names no upper bounds: newer ones of the last four lack what it takes from them.
  localstack: [
    'localstack-core[runtime]==4.12.0',
    'cbor2==5.7.1',
    'psutil==7.1.3',
    'pyopenssl==25.3.0',
    'service-identity==24.2.0',
  ],
};

const [, , name = 'tools'] = process.argv;
const packages = Object.hasOwn(SETS, name) ? SETS[name] : undefined;
if (!packages) {
  console.error(`python-tools: ${name}: one of ${Object.keys(SETS).join(', ')} is wanted`);
  process.exit(2);
}
const folder = join(cacheFolder(), `python-${name}`);
const mark = join(folder, 'installed');
const wanted = packages.join('\n');
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  mkdirSync(cacheFolder(), { recursive: true });
  run('python3', ['-m', 'venv', '--clear', folder]);
  run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]);
  writeFileSync(mark, wanted);
}
console.log(folder);

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(`python-tools: ${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}
