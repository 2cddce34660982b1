import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, needSpace, partialFolder, run } from '../../../scripts/native/steps.mjs';

const name = 'onnxruntime-node';
const version = '1.30.0';
const megabytes = 600;

/** The folder to load onnxruntime-node from; undefined where it is not installed. */
export function installedOnnxRuntime() {
  const installed = join(home(), 'node_modules', name);
  return existsSync(installed) ? installed : undefined;
}

/**
 * Installs onnxruntime-node, the benchmark's peer, in the cache folder: it is no dependency of the project. Its install
 * script would only fetch libraries for GPUs; the CPU's lie in the npm package itself.
 * @returns the folder to load it from
 * @throws SetupError where it can't be installed
 */
export function installOnnxRuntime() {
  const folder = home();
  const installed = installedOnnxRuntime();
  if (installed) return installed;
  mkdirSync(dirname(folder), { recursive: true });
  needSpace(dirname(folder), megabytes);
  console.log(`Installing ${name} ${version} in ${folder}`);
  const partial = partialFolder(folder);
  try {
    writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], {
      cwd: partial,
      failed: `${name} ${version} can't be installed.`,
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return join(folder, 'node_modules', name);
}

function home() {
  return join(cacheFolder(), `${name}-${version}`);
}
