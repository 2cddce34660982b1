/**
 * `npm run mutation [-- PATH…]`: changes the code of a folder in one place at a time, and tells which changes no test notices. PATH is one
 * of the folders of folders.mjs, or what is in it; without, it is all of them, one after the other. What was found is kept in
 * out/mutation, and only what changed is asked anew (`--all`: everything). Stryker is installed into node_modules/.cache by the first
 * run: 108 packages that nothing else needs, which `npm ci` is spared.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { partialFolder, run, SetupError } from '../native/steps.mjs';
import { FOLDERS, LEFT_OUT } from './folders.mjs';

/** The last that runs on Node 20. */
const STRYKER = '9.6.1';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = 'out/mutation';

async function stryker() {
  // Below node_modules, so that it finds the project's vitest.
  const cache = join(root, 'node_modules/.cache');
  const folder = join(cache, `stryker-${STRYKER}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const partial = partialFolder(folder);
    try {
      writeFileSync(join(partial, 'package.json'), '{"private":true}\n');
      const options = [
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--legacy-peer-deps',
        '--prefix',
        partial,
      ];
      const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${STRYKER}`);
      const failed = `Stryker ${STRYKER} can't be installed.`;
      run('npm', ['install', ...options, ...packages], { cwd: partial, failed });
      renameSync(partial, folder);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  const core = join(folder, 'node_modules/@stryker-mutator/core/dist/src/index.js');
  return (await import(pathToFileURL(core).href)).Stryker;
}

const isIn = (path, folder) => `${path}/`.startsWith(`${folder}/`);
const folderOf = (path) => Object.keys(FOLDERS).find((folder) => isIn(path, folder));

/** The files at a path that are mutated, with the tests that are asked of them. */
function partsOf(path) {
  const folder = folderOf(path);
  const files = readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && isIn(file, path) && !LEFT_OUT.some((each) => isIn(file, each)));
  const { parts } = FOLDERS[folder];
  const partOf = (file) =>
    parts.find((part) => part.files?.some((name) => isIn(file, `${folder}/${name}`)) ?? true);
  return parts
    .map((part, i) => ({
      name: `${folder.replaceAll('/', '-')}-${i}`,
      tests: part.tests,
      files: files.filter((file) => partOf(file) === part),
    }))
    .filter((part) => part.files.length > 0);
}

/** Mutates files, and asks the tests. @returns what became of each mutant of them */
async function mutate(Stryker, { name, files, tests }) {
  process.env.GOODNET_MUTATION_TESTS = JSON.stringify(tests);
  const stryker = new Stryker({
    mutate: files,
    plugins: ['@stryker-mutator/vitest-runner', './scripts/mutation/words.mjs'],
    ignorers: ['words'],
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    concurrency: Number(process.env.GOODNET_MUTATION_PROCESSES ?? 1),
    timeoutMS: 30_000,
    dryRunTimeoutMinutes: 10,
    incremental: true,
    incrementalFile: `${out}/${name}.json`,
    force: all,
    reporters: ['clear-text', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    tempDirName: `${out}/sandbox`,
    ignorePatterns: ['dist', 'demo-out', 'out'],
    // It would read one with TypeScript's old interface, for what refers to other folders: nothing does.
    tsconfigFile: 'none',
  });
  const results = await stryker.runMutationTest();
  // What is known of other files of the part is told, too.
  return results.filter(({ fileName }) => files.includes(relative(root, fileName).replaceAll('\\', '/')));
}

function counted(path, results) {
  const of = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length;
  const [killed, timeout, survived, uncovered] = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map((each) =>
    of(each),
  );
  const score = (100 * (killed + timeout)) / (killed + timeout + survived + uncovered);
  const figures = { killed, timeout, survived, 'no coverage': uncovered, ignored: of('Ignored') };
  return { path, ...figures, '%': Math.floor(score * 10) / 10 };
}

const asked = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const all = process.argv.includes('--all');
process.chdir(root);
// On wasm; and tests that need an S3 server are too slow to be asked of every mutant.
Object.assign(process.env, { GOODNET_ENGINE: 'wasm', GOODNET_CACHE_DIR: join(root, out, 'no-servers') });
try {
  const unknown = asked.find((each) => !folderOf(each) || !existsSync(each));
  if (unknown) throw new SetupError(`${unknown} is not in ${Object.keys(FOLDERS).join(', ')}.`);
  const Stryker = await stryker();
  const figures = [];
  for (const path of asked.length > 0 ? asked : Object.keys(FOLDERS)) {
    const results = [];
    for (const part of partsOf(path)) results.push(...(await mutate(Stryker, part)));
    figures.push(counted(path, results));
  }
  console.table(figures);
  if (figures.some((each) => each['%'] < FOLDERS[folderOf(each.path)].least)) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`mutation: ${error.message}`);
  process.exitCode = 1;
}
