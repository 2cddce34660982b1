import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { version } from '../../models/version';
import { checkExports, checkFiles, oneVersion } from '../../scripts/release/checks.mjs';

const work = mkdtempSync(join(tmpdir(), 'goodnet-checks-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A tarball as npm pack makes them. */
function tarball(...files: string[]): string {
  const folder = mkdtempSync(join(work, 'packed-'));
  for (const file of files) {
    mkdirSync(dirname(join(folder, 'package', file)), { recursive: true });
    writeFileSync(join(folder, 'package', file), '');
  }
  execFileSync('tar', ['-czf', join(folder, 'packed.tgz'), '-C', folder, 'package']);
  return join(folder, 'packed.tgz');
}

describe('npm run release:check', () => {
  const whole = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];

  it('finds one version everywhere, with its heading in CHANGELOG.md', () => {
    expect(oneVersion()).toBe(version);
  });

  it('refuses files of development, and a package that lacks one', () => {
    expect(() => checkFiles('goodnet-client', tarball(...whole))).not.toThrow();
    for (const file of [
      'test/a.ts',
      'dist/a.test.js',
      'index.ts',
      'dist/lambda.metafile.json',
      '.env',
      '.ci/run',
    ]) {
      const odd = tarball(...whole, file);
      expect(() => checkFiles('goodnet-client', odd), file).toThrow(`would be published with ${file}`);
    }
    const without = tarball(...whole.filter((file) => file !== 'LICENSE'));
    expect(() => checkFiles('goodnet-client', without)).toThrow('goodnet-client lacks LICENSE');
  });

  it('refuses an export without its file', () => {
    const folder = mkdtempSync(join(work, 'installed-'));
    const manifest = { name: 'mine', bin: { mine: 'mine.js' }, exports: { './a': { types: './a.d.ts' } } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'mine.js'), '');
    expect(() => checkExports(folder)).toThrow('mine exports ./a.d.ts, which is missing');
    writeFileSync(join(folder, 'a.d.ts'), '');
    expect(() => checkExports(folder)).not.toThrow();
  });
});
