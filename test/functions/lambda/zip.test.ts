import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPrograms, zippedBytes } from './programs';

const work = mkdtempSync(join(tmpdir(), 'goodnet-zip-'));
const folder = join(work, 'lambda');
beforeAll(() => buildPrograms(folder));
afterAll(() => rmSync(work, { recursive: true, force: true }));

it('has at most 5 MB zipped, without the image library', () => {
  expect(zippedBytes(folder)).toBeLessThanOrEqual(5e6);
});

it('has a source map beside each program, which names our sources', () => {
  const programs = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  expect(programs).toEqual(expect.arrayContaining(['index.mjs', 'events.mjs', 'backfill.mjs']));
  const sources = programs.flatMap((name) => {
    expect(readFileSync(join(folder, name), 'utf8')).toContain(`sourceMappingURL=${name}.map`);
    // That of a program that only hands on is empty.
    const { sources, mappings } = JSON.parse(readFileSync(join(folder, `${name}.map`), 'utf8'));
    return mappings === '' ? [] : (sources as string[]);
  });
  for (const source of ['functions/lambda/service.ts', 'models/goodnet.ts'])
    expect(sources.filter((each) => each.endsWith(source))).toHaveLength(1);
});
