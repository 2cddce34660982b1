import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reportPlace } from '../../../build-repair/cli/report';
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

test('the usual place, unless told otherwise', async () => {
  expect(await reportPlace({}, usual)).toBe(usual);
  expect(await reportPlace({ report: 'mine.html' }, usual)).toBe('mine.html');
  expect(await reportPlace({ report: false }, usual)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test('an older report is written over, a file of somebody else’s only where it is named', async () => {
  writeFileSync(usual, `<!doctype html><meta name="generator" content="${GENERATOR}">`);
  expect(await reportPlace({}, usual)).toBe(usual);
  writeFileSync(usual, '<!doctype html><title>Coverage</title>');
  await expect(reportPlace({}, usual)).rejects.toBeInstanceOf(UsageError);
  expect(await reportPlace({ report: usual }, usual)).toBe(usual);
});
