import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ALLOWED, READ } from '../notices/licences.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a release must not be made with: told in one line each. */
export function fail(reason) {
  throw new ReleaseError(reason);
}
export class ReleaseError extends Error {}

/** @returns the version that everything in this checkout tells. @throws ReleaseError where they differ */
export function oneVersion() {
  const { version } = json('package.json');
  const told = {
    'functions/client/package.json': json('functions/client/package.json').version,
    'models/version.ts': /version = '(.*)'/.exec(read('models/version.ts'))?.[1],
    'package-lock.json': json('package-lock.json').version,
  };
  for (const [file, other] of Object.entries(told))
    if (other !== version) fail(`${file} says ${other}, package.json ${version}.`);
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) fail(`${version} is no semantic version.`);
  const heading = new RegExp(`^## ${version.replaceAll('.', '\\.')}( |$)`, 'm');
  if (!heading.test(read('CHANGELOG.md'))) fail(`CHANGELOG.md has no heading "## ${version}".`);
  return version;
}

const ALWAYS = {
  goodnet: [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'demo/badnet.h5',
    'dist/goodnet.js',
    'dist/lambda/index.mjs',
    'dist/THIRD-PARTY-NOTICES.txt',
    'dist/inlined.cdx.json',
    'dist/lambda/THIRD-PARTY-NOTICES.txt',
  ],
  'goodnet-client': ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts'],
};
const OF_DEVELOPMENT =
  /(^|\/)(test|node_modules|coverage|release|\.[^/]+)(\/|$)|metafile|\.test\.|\.tgz$|tsconfig|(?<!\.d)\.ts$/;

/** @throws ReleaseError where a packed file is of development, or one is missing */
export function checkFiles(name, tarball) {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((path) => !path.endsWith('/'))
    .map((path) => path.replace(/^package\//, ''));
  const odd = files.filter((path) => OF_DEVELOPMENT.test(path));
  if (odd.length > 0) fail(`${name} would be published with ${odd.join(', ')}.`);
  const missing = ALWAYS[name].filter((path) => !files.includes(path));
  if (missing.length > 0) fail(`${name} lacks ${missing.join(', ')}.`);
  return files.length;
}

/** What an installed package exports, each file of it. @throws ReleaseError where one is missing */
export function checkExports(folder) {
  const { name, exports, bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const paths = [...Object.values(exports), ...Object.values(bin)].flatMap((each) =>
    typeof each === 'string' ? each : Object.values(each),
  );
  for (const path of paths)
    if (!existsSync(join(folder, path))) fail(`${name} exports ${path}, which is missing.`);
}

/** The software bill of materials (CycloneDX) of all that is installed with GoodNet. @throws ReleaseError of its licences */
export function billOfMaterials() {
  const options = ['sbom', '--package-lock-only', '--omit', 'dev', '--omit', 'peer'];
  const bom = JSON.parse(
    execFileSync('npm', [...options, '--sbom-format', 'cyclonedx', '--sbom-type', 'application'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    }),
  );
  // npm calls it by the folder's name.
  bom.metadata.component.name = json('package.json').name;
  const odd = bom.components.filter((each) => !isAllowed(each)).map(({ purl }) => purl);
  if (odd.length > 0) fail(`Licences that are not on the list of scripts/notices: ${odd.join(', ')}.`);
  return bom;
}

/** sharp's libraries are linked to at run time, and may be replaced. */
function isAllowed({ group, name, licenses = [] }) {
  if (READ.has(name)) return true;
  const told = licenses
    .map(({ license, expression }) => expression ?? license?.id ?? license?.name)
    .join(' AND ');
  if (group === '@img' || name.startsWith('@img/sharp-'))
    return told.split(' AND ').every((each) => ALLOWED.has(each) || each === 'LGPL-3.0-or-later');
  return ALLOWED.has(told);
}

/** Megabytes of a folder, and of the largest below it, by name. */
export function sizes(folder) {
  const bytes = (path) =>
    readdirSync(path, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
      const file = statSync(join(path, name));
      return file.isFile() ? sum + file.size : sum;
    }, 0);
  const below = readdirSync(folder)
    .filter((name) => statSync(join(folder, name)).isDirectory())
    .map((name) => ({ name, megabytes: bytes(join(folder, name)) / 1e6 }))
    .sort((one, other) => other.megabytes - one.megabytes);
  return { megabytes: below.reduce((sum, each) => sum + each.megabytes, 0), below };
}

function read(path) {
  return readFileSync(join(root, path), 'utf8');
}
function json(path) {
  return JSON.parse(read(path));
}
