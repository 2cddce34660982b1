import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportHtml } from '../../../build-repair/report/page';
import type { Report } from '../../../build-repair/report/types';
import { startEngine } from '../../../models/engine';
import { canLook, launched } from '../../browser';
import { look } from './in-browser';
import { smallReports } from './reports';

const KINDS = [
  'repair, found',
  'repair, not asked',
  'repair, no sign',
  'evaluation',
  'evaluation, found, no poison',
] as const;

describe.skipIf(!canLook)('a report, in a browser, on a phone and on paper', () => {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-report-'));
  let browser: Browser;
  let reports: Record<(typeof KINDS)[number], Report>;

  beforeAll(async () => {
    await startEngine();
    const { found, ofRepair, ofEvaluation } = await smallReports();
    const { clean } = ofEvaluation.figures;
    reports = {
      'repair, found': found,
      'repair, not asked': ofRepair,
      'repair, no sign': { ...found, finding: { ...found.finding!, backdoored: false, targets: [] } },
      evaluation: ofEvaluation,
      'evaluation, found, no poison': {
        ...ofEvaluation,
        finding: {
          ...found.finding!,
          targets: [5, 6, 7].map((each) => ({ ...found.finding!.targets[0]!, class: each })),
        },
        figures: { clean, poisoned: [] },
        observed: { clean: ofEvaluation.observed!.clean, poisoned: [] },
      },
    };
    browser = await launched();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(work, { recursive: true, force: true });
  });

  test.each(KINDS)('%s', async (kind) => {
    const path = join(work, 'report.html');
    writeFileSync(path, await reportHtml(reports[kind]));
    const seen = await look(browser, path, kind.replace(/\W+/g, '-'));
    expect(seen).toEqual({
      faults: [],
      narrow: 390,
      told: reports[kind].finding ? { onScreen: false, inPrint: true } : undefined,
      badBreaks: [],
      blurred: 0,
    });
  });
});
