import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, isInstalled, replace } from './packages.mjs';
import { partialFolder, run, say } from './steps.mjs';
import { libraries } from './tensorflow.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const tfjsNodePath = ['node_modules', '@tensorflow', 'tfjs-node'];
const libraryPath = ['deps', 'lib'];

/** Shared with the project, so that both use one instance of tfjs-core. */
const shared = ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu'];

/** What is in node_modules/.native, or undefined where nothing is, or something other than this set-up makes. */
export function installedTfjsNode(packages, tensorflow) {
  const folder = join(packages, '.native');
  const tfjsNode = join(folder, ...tfjsNodePath);
  try {
    return isInstalled(here, folder) && readlinkSync(join(tfjsNode, ...libraryPath)) === tensorflow
      ? tfjsNode
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Installs tfjs-node beside `tensorflow`'s libraries in node_modules/.native, a folder that npm leaves alone, and
 * compiles its addon (Node-API version 8: one build for every Node.js from 16 on).
 * @param check called with the path of tfjs-node before it takes its place; throws when it does not work
 */
export function installTfjsNode(packages, tensorflow, check) {
  const partial = partialFolder(join(packages, '.native'));
  try {
    say('installing @tensorflow/tfjs-node');
    installPackages(here, partial);
    for (const name of shared) {
      rmSync(join(partial, 'node_modules', '@tensorflow', name), { recursive: true, force: true });
    }
    const tfjsNode = join(partial, ...tfjsNodePath);
    compile(tfjsNode, join(partial, 'node_modules', 'node-api-headers', 'include'), tensorflow);
    check(tfjsNode);
    replace(partial, join(packages, '.native'));
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function compile(tfjsNode, headers, tensorflow) {
  say('compiling the addon');
  const compiler = process.env.CXX || 'g++';
  const library = join(tfjsNode, ...libraryPath);
  const target = join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
  for (const file of [library, target]) mkdirSync(dirname(file), { recursive: true });
  symlinkSync(tensorflow, library);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsNode, 'binding', name));
  run(
    compiler,
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-o', target],
      ...['-I', headers, '-I', join(tensorflow, 'include'), ...sources],
      ...['-L', tensorflow, ...libraries.map((name) => `-l:${name}`), '-Wl,-rpath,$ORIGIN/../../deps/lib'],
    ],
    {
      missing: `A C++ compiler is needed: there is no ${compiler}. On Debian: apt-get install g++.`,
      failed: 'The addon of tfjs-node does not compile.',
    },
  );
}
