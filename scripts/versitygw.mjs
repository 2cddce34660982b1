// Builds versitygw, a real S3 server over a folder that the stores are tested against, into the cache folder, and
// prints its path. Needs Go; some two minutes the first time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './native/steps.mjs';

const VERSION = '1.8.0';

const folder = join(cacheFolder(), `versitygw-${VERSION}`);
const program = join(folder, 'versitygw');
if (!existsSync(program)) {
  mkdirSync(folder, { recursive: true });
  const { status, error } = spawnSync(
    'go',
    ['install', `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`],
    {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, GOBIN: folder },
    },
  );
  if (status !== 0) {
    console.error(`versitygw: go install failed${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
}
console.log(program);
