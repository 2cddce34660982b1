/**
 * Runs a command on Node.js 24, whatever Node.js is installed: `node scripts/with-node24.mjs npm test`.
 * The binary comes from the npm registry (the package behind `node@24`) and is kept in GOODNET_CACHE_DIR.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolder, partialFolder, run, SetupError } from './native/steps.mjs';

const version = '24.9.0';
const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

function node24() {
  const folder = join(cacheFolder(), `${packageName}-${version}`);
  const programs = join(folder, 'node_modules', packageName, 'bin');
  if (existsSync(folder)) return programs;
  mkdirSync(cacheFolder(), { recursive: true });
  const partial = partialFolder(folder);
  try {
    writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
    const failed = `Node.js ${version} (npm package ${packageName}) can't be installed.`;
    const parameters = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', partial];
    run('npm', [...parameters, `${packageName}@${version}`], { cwd: partial, failed });
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return programs;
}

try {
  const [program, ...parameters] = process.argv.slice(2);
  if (!program) throw new SetupError('Which command? For example: node scripts/with-node24.mjs npm test');
  const PATH = `${node24()}${delimiter}${process.env.PATH}`;
  const { status, error } = spawnSync(program, parameters, {
    stdio: 'inherit',
    env: { ...process.env, PATH },
  });
  if (error) throw new SetupError(`${program}: ${error.message}`);
  process.exitCode = status ?? 1;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`with-node24: ${error.message}`);
  process.exitCode = 1;
}
