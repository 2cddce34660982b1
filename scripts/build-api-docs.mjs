// Writes the library's API as HTML pages into a folder (out/api unless told otherwise), with TypeDoc, which reads TypeScript with one of its own:
// ours is too new for it. Both come from the npm registry and are kept in GOODNET_CACHE_DIR. The package is built before (npm run docs:api does).
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, partialFolder, run, SetupError } from './native/steps.mjs';

const TYPEDOC = '0.28.20';
const TYPESCRIPT = '5.9.3';

const root = fileURLToPath(new URL('..', import.meta.url));

function typedoc() {
  const folder = join(cacheFolder(), `typedoc-${TYPEDOC}-typescript-${TYPESCRIPT}`);
  const program = join(folder, 'node_modules/typedoc/bin/typedoc');
  if (existsSync(folder)) return program;
  mkdirSync(cacheFolder(), { recursive: true });
  const partial = partialFolder(folder);
  try {
    writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
    const failed = `TypeDoc ${TYPEDOC} can't be installed.`;
    const parameters = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', partial];
    const packages = [`typedoc@${TYPEDOC}`, `typescript@${TYPESCRIPT}`];
    run('npm', [...parameters, ...packages], { cwd: partial, failed });
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return program;
}

try {
  const out = resolve(process.argv[2] ?? join(root, 'out/api'));
  const options = [
    ['--entryPoints', 'dist/types/build-repair/index.d.ts'],
    ['--tsconfig', 'build-repair/tsconfig.api.json'],
    ['--name', 'goodnet'],
    ['--readme', 'docs/library.md'],
    ['--out', out],
    ['--disableSources'],
    ['--excludePrivate'],
  ].flat();
  run(process.execPath, [typedoc(), ...options], {
    cwd: root,
    failed: 'TypeDoc could not make the pages.',
  });
  console.log(`The API is told in ${join(out, 'index.html')}`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`build-api-docs: ${error.message}`);
  process.exitCode = 1;
}
