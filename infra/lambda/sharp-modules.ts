import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../package-root';

/** Processors that Lambda has, as npm calls them. */
export type Cpu = 'arm64' | 'x64';

/** Folders that could not be filled: the registry is not waited for once more for each function. */
const unreachable = new Set<string>();

/**
 * The folder `node_modules` with sharp for Lambda's Linux, whatever machine this is: from the npm registry, and kept in
 * GOODNET_CACHE_DIR (default ~/.cache/goodnet). Undefined where it is not there and the registry can't be reached.
 */
export function imageLibrary(cpu: Cpu): string | undefined {
  const version = sharpVersion();
  const folder = join(cacheFolder(), `sharp-${version}-linux-${cpu}`);
  const packages = join(folder, 'node_modules');
  if (existsSync(packages)) return packages;
  if (unreachable.has(folder)) return undefined;
  mkdirSync(dirname(folder), { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  try {
    writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
    const target = [
      '--os=linux',
      `--cpu=${cpu}`,
      '--libc=glibc',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ];
    const { status } = spawnSync('npm', ['install', ...target, `sharp@${version}`], {
      cwd: partial,
      stdio: ['ignore', 'ignore', 'ignore'],
      timeout: 120_000,
    });
    if (status !== 0) {
      unreachable.add(folder);
      return undefined;
    }
    if (!existsSync(folder)) renameSync(partial, folder);
    return packages;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** The version that GoodNet is tested with. */
function sharpVersion(): string {
  for (let folder = packageRoot(); ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', 'sharp', 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).version;
    if (folder === dirname(folder)) throw new Error('sharp is not installed: run `npm install`.');
  }
}

function cacheFolder(): string {
  const { GOODNET_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return GOODNET_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'goodnet');
}
