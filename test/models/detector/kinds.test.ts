import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KINDS } from '../../../models/detector/evidence/kinds';

test('docs/method.md tells of every kind of evidence what it asks', () => {
  const rows = readFileSync('docs/method.md', 'utf8').replaceAll('*', '').replaceAll("'", '’').split('\n');
  for (const { name, asks } of KINDS) {
    const row = rows.find((line) => line.startsWith(`| ${name} |`));
    expect(row, name).toContain(`| ${asks}`);
  }
  expect(new Set(KINDS.map(({ name }) => name)).size).toBe(KINDS.length);
});
