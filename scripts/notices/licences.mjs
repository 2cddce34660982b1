import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));
const own = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const ofPackage = (path) => readFileSync(join(root, 'node_modules', path), 'utf8');

/** What may be inside our programs, as SPDX calls it: nothing that asks more than to be named. */
export const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);

/** Licences by a text of their own, of which nobody has given an SPDX name. Each was read. */
export const READ = new Set(['h5wasm']);

/** Whose text names no holder of a copyright: the same for every package. */
const STANDARD = new Set(['0BSD', 'Apache-2.0', 'MIT-0', 'Unlicense', 'LGPL-3.0-or-later']);

/** The text of a licence that is the same for every package; undefined where there is none. */
export function standardText(licence) {
  if (!STANDARD.has(licence)) return undefined;
  const { licenseText } = require(`spdx-license-list/licenses/${licence}`);
  return licenseText.replace(/^Copyright <.*\n+/m, '');
}

/** Texts of packages that have none in a file of its own. */
export const TEXTS = {
  '@tensorflow/tfjs-layers': () => `${own('tfjs-layers.txt')}\n${standardText('Apache-2.0')}`,
  // Of the ISC licence, says its package.json, and who wrote it.
  boolbase: () => {
    const { licenseText } = require('spdx-license-list/licenses/ISC');
    const { author } = JSON.parse(ofPackage('boolbase/package.json'));
    return `Copyright (c) ${author.name ?? author}\n\n${licenseText.slice(licenseText.indexOf('Permission to use'))}`;
  },
  seedrandom: () => /^LICENSE \(MIT\)$.*/ms.exec(ofPackage('seedrandom/README.md'))?.[0],
};

/** What is compiled into the .wasm files of a package. */
export const INSIDE = {
  '@jsquash/jpeg': () => [
    {
      name: 'mozjpeg, in mozjpeg_dec.wasm',
      licence: 'IJG AND BSD-3-Clause AND Zlib',
      text: `This software is based in part on the work of the Independent JPEG Group.\n\n${ofPackage('@jsquash/jpeg/codec/LICENSE.codec.md')}`,
    },
  ],
  '@tensorflow/tfjs-backend-wasm': () => [
    {
      name: 'XNNPACK, in tfjs-backend-wasm*.wasm',
      licence: 'BSD-3-Clause',
      text: own('xnnpack.txt'),
    },
  ],
};

/** What sharp brings along for Linux: a library of its own that it links to at run time. */
export function libvips() {
  const { version, optionalDependencies } = JSON.parse(ofPackage('sharp/package.json'));
  const of = optionalDependencies['@img/sharp-libvips-linux-x64'];
  return {
    name: `@img/sharp-libvips-linux-x64 or -arm64 ${of} (of sharp ${version})`,
    licence: 'LGPL-3.0-or-later',
    text: [
      'libvips and the libraries that its README.md names with their licences, as they lie in node_modules/@img: replace',
      'the files there to run with others. The sources, and how they are built: https://github.com/lovell/sharp-libvips',
      `\n${standardText('LGPL-3.0-or-later')}`,
    ].join('\n'),
  };
}
