// Builds AWS's own runtime client for Node.js (npm aws-lambda-ric: what runs a function's handler on Lambda) from source
// into the cache folder, for Node.js 24, and prints its path. Some two minutes the first time. Needs a C++ compiler,
// cmake, autoconf, automake and libtool: on Debian, apt-get install g++ make cmake autoconf automake libtool xz-utils.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, partialFolder, run, SetupError } from './native/steps.mjs';

const VERSION = '4.0.2';
const TOOLS = {
  cmake: 'cmake',
  autoreconf: 'autoconf',
  aclocal: 'automake',
  libtoolize: 'libtool',
  make: 'make',
};

const withNode24 = join(dirname(fileURLToPath(import.meta.url)), 'with-node24.mjs');

function build(folder) {
  const lacking = Object.entries(TOOLS).filter(([tool]) => spawnSync(tool, ['--version']).error);
  if (lacking.length > 0) {
    const packages = lacking.map(([, name]) => name).join(' ');
    throw new SetupError(
      `To build aws-lambda-ric, install ${packages} (Debian: apt-get install ${packages}).`,
    );
  }
  const on24 = (program, parameters, options) =>
    run(process.execPath, [withNode24, program, ...parameters], {
      failed: `aws-lambda-ric ${VERSION} can't be built.`,
      ...options,
    });
  const node = on24('node', ['-p', 'process.execPath'], {}).trim().split('\n').at(-1);
  mkdirSync(cacheFolder(), { recursive: true });
  const partial = partialFolder(folder);
  try {
    writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
    const parameters = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', partial];
    on24('npm', [...parameters, `aws-lambda-ric@${VERSION}`], { cwd: partial });
    const home = join(partial, 'node_modules', 'aws-lambda-ric');
    // Its own steps, in their order; the headers are those of the Node.js that it will run on.
    const env = { ...process.env, npm_config_nodedir: dirname(dirname(node)) };
    on24('sh', ['scripts/preinstall.sh'], { cwd: home, env });
    on24('sh', ['scripts/postinstall.sh'], { cwd: home, env });
    writeFileSync(join(partial, 'node'), node);
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

try {
  const folder = join(cacheFolder(), `aws-lambda-ric-${VERSION}`);
  if (!existsSync(folder)) build(folder);
  console.log(folder);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`lambda-runtime: ${error.message}`);
  process.exitCode = 1;
}
