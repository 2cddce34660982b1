/**
 * `node scripts/build-kernels.mjs`: compiles models/engine/training/simd/kernels.as (AssemblyScript) to binary.ts
 * beside it. To be run after every change of it. `--check` only compares, for CI.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, partialFolder, run, SetupError } from './native/steps.mjs';

const version = '0.28.20';
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'models', 'engine', 'training', 'simd');
const target = join(folder, 'binary.ts');

function compiler() {
  const home = join(cacheFolder(), `assemblyscript-${version}`);
  if (!existsSync(home)) {
    mkdirSync(cacheFolder(), { recursive: true });
    const partial = partialFolder(home);
    try {
      writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
      const parameters = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', partial];
      const failed = `AssemblyScript ${version} can't be installed.`;
      run('npm', [...parameters, `assemblyscript@${version}`], { cwd: partial, failed });
      if (!existsSync(home)) renameSync(partial, home);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return join(home, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
}

function compile() {
  const work = partialFolder(join(cacheFolder(), 'kernels'));
  try {
    // The compiler wants the ending .ts, which would make it TypeScript to everybody else.
    copyFileSync(join(folder, 'kernels.as'), join(work, 'kernels.ts'));
    const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];
    run(process.execPath, [compiler(), 'kernels.ts', '-o', 'kernels.wasm', ...options], {
      cwd: work,
      failed: 'kernels.as does not compile.',
    });
    return readFileSync(join(work, 'kernels.wasm'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function source(binary) {
  const lines = binary.toString('base64').match(/.{1,100}/g);
  return `// Made by scripts/build-kernels.mjs from kernels.as: do not edit.\nexport const binary = [\n${lines
    .map((line) => `  '${line}',\n`)
    .join('')}].join('');\n`;
}

try {
  mkdirSync(cacheFolder(), { recursive: true });
  const made = source(compile());
  if (!process.argv.includes('--check')) writeFileSync(target, made);
  else if (readFileSync(target, 'utf8') !== made) {
    throw new SetupError('binary.ts is not what kernels.as gives: run `node scripts/build-kernels.mjs`.');
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`build-kernels: ${error.message}`);
  process.exitCode = 1;
}
