import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reportPath } from '../../../build-repair/cli/report';
import { GENERATOR } from '../../../build-repair/report/page';
import { UsageError } from '../../../models/errors';

let folder: string;
let usual: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'goodnet-place-'));
  usual = join(folder, 'report.html');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the report goes to its usual place unless a path is given', async () => {
  expect(await reportPath({}, usual)).toBe(usual);
  expect(await reportPath({ report: 'mine.html' }, usual)).toBe('mine.html');
  expect(await reportPath({ report: false }, usual)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test('an older report is written over, a file of somebody else’s only where it is named', async () => {
  writeFileSync(usual, `<!doctype html><meta name="generator" content="${GENERATOR}">`);
  expect(await reportPath({}, usual)).toBe(usual);
  writeFileSync(usual, '<!doctype html><title>Coverage</title>');
  await expect(reportPath({}, usual)).rejects.toBeInstanceOf(UsageError);
  expect(await reportPath({ report: usual }, usual)).toBe(usual);
});
