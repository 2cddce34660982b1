import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, isInstalled, replace } from './packages.mjs';
import { needSpace, partialFolder, run, SetupError, say } from './steps.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const lockFolder = join(here, 'onnx');
const packagePath = ['node_modules', 'onnxruntime-node'];
const librariesPath = ['bin', 'napi-v6'];
const megabytes = 600;

/**
 * Installs onnxruntime-node in node_modules/.onnxruntime, a folder that npm leaves alone. Its own install script, which would fetch
 * libraries for GPUs from a host of its own, is not run: the CPU's lie in the npm package, and those of other platforms are removed.
 */
export function setUpOnnx(packages) {
  const folder = join(packages, '.onnxruntime');
  if (isInstalled(lockFolder, folder) && works(folder)) return;
  needSpace(packages, megabytes);
  const partial = partialFolder(folder);
  try {
    say('installing onnxruntime-node');
    installPackages(lockFolder, partial);
    removeOthers(join(partial, ...packagePath, ...librariesPath));
    test(partial);
    replace(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Of other platforms, and other processors. */
function removeOthers(libraries) {
  const { platform, arch } = process;
  const others = readdirSync(libraries).filter((name) => name !== platform);
  for (const name of others) rmSync(join(libraries, name), { recursive: true });
  const own = join(libraries, platform);
  let processors;
  try {
    processors = readdirSync(own);
  } catch {
    throw new SetupError(`onnxruntime-node has no library for ${platform}. GoodNet runs on wasm here.`);
  }
  for (const name of processors.filter((each) => each !== arch)) rmSync(join(own, name), { recursive: true });
}

function works(folder) {
  try {
    test(folder);
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say('what is installed does not work; installing it anew');
    return false;
  }
}

function test(folder) {
  const entry = join(folder, ...packagePath);
  const version = run(process.execPath, [join(here, 'onnx-self-test.mjs'), entry], {
    failed: 'onnxruntime-node was installed, but does not work.',
  });
  say(`ONNX Runtime ${version.trim()} works`);
}
