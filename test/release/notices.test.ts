import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { noticesText } from '../../scripts/notices/notices.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const mit = { name: 'good', version: '1.0.0', licence: 'MIT', texts: ['MIT, Copyright (c) Somebody'] };

/** The packages of which a metafile's programs contain something, told without the tool that the build asks. */
function contained(metafile: Metafile): string[] {
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const names = inputs.flatMap((path) => {
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    if (folder === undefined) return [];
    const { name, version } = JSON.parse(read(`${folder}/package.json`));
    return `${name} ${version}`;
  });
  return [...new Set(names)].sort();
}

// npm test builds what is looked at.
describe('third-party notices', () => {
  it.each([
    ['dist/lambda', 'dist/lambda.metafile.json'],
    ['dist', 'dist/lambda.metafile.json'],
  ])('%s: names every package that is inside, with its own text of the licence', (folder, metafile) => {
    const notices = read(`${folder}/THIRD-PARTY-NOTICES.txt`);
    const names = contained(JSON.parse(read(metafile)));
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) expect(notices).toContain(`\n  ${name}: `);
    for (const name of ['hono', 'zod', 'fflate'])
      expect(notices).toContain(read(`node_modules/${name}/LICENSE`).replaceAll('\r\n', '\n').trim());
    expect(notices).toContain('Copyright 2019 David Bau.');
    expect(notices).toContain('work of the Independent JPEG Group');
    expect(notices).toContain('For XNNPACK software');
    expect(notices).not.toMatch(/<YEAR>|undefined/);
    const { bomFormat, components } = JSON.parse(read(`${folder}/inlined.cdx.json`));
    expect(bomFormat).toBe('CycloneDX');
    const told = components.map(
      ({ group, name, version }: Record<string, string>) => `${group ? `${group}/` : ''}${name} ${version}`,
    );
    expect(told).toEqual(expect.arrayContaining(names));
  });

  it("the functions' zip: has the terms of sharp's libvips, which lies beside them", () => {
    expect(read('dist/lambda/THIRD-PARTY-NOTICES.txt')).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
  });

  it('writes each text once, with all whose it is', () => {
    const text = noticesText([mit, { ...mit, name: 'better' }]);
    expect(text.match(/Copyright \(c\) Somebody/g)).toHaveLength(1);
    expect(text).toContain('good 1.0.0\nbetter 1.0.0\n\nMIT, Copyright');
  });

  it('refuses a licence that is not on the list, and a package without its text', () => {
    const all = () =>
      noticesText([
        mit,
        { ...mit, name: 'copyleft', licence: 'GPL-3.0-only' },
        { ...mit, name: 'secret', licence: undefined },
        { ...mit, name: 'mute', texts: [] },
      ]);
    expect(all).toThrow('copyleft 1.0.0: the licence GPL-3.0-only is not on the list');
    expect(all).toThrow('secret 1.0.0: the licence (none is told) is not on the list');
    expect(all).toThrow('mute 1.0.0: no text of its licence, MIT, is to be found');
    expect(all).not.toThrow('good');
    // The same for every package, wherever it was left out.
    expect(noticesText([{ ...mit, licence: 'Apache-2.0', texts: [] }])).toContain('Apache License');
  });
});
