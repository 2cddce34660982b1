import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDemoData } from '../../build-repair/demo/data';
import { canLook, launched } from '../browser';
import { look } from '../build-repair/report/in-browser';
import { goodnet } from './cli';

const KINDS = ['repair, asked', 'repair, not asked', 'evaluate, poisoned', 'evaluate, clean alone'] as const;

describe.skipIf(!canLook)('the reports that the commands write, in a browser', () => {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-reports-'));
  const pathOf = (kind: string) => join(work, `${kind.replace(/\W+/g, '-')}.html`);
  let browser: Browser;

  beforeAll(async () => {
    const data = await writeDemoData(join(work, 'images'), { seed: 3 });
    const run = async (kind: (typeof KINDS)[number], ...args: string[]) => {
      const { code, err } = await goodnet(...args, '--report', pathOf(kind));
      expect(code, err).toBe(0);
    };
    const repair = (kind: (typeof KINDS)[number], store: string, ...more: string[]) =>
      run(kind, 'repair', data.badnet, '--clean', data.clean, '--out', store, ...more);
    const [asked, unasked] = [join(work, 'asked'), join(work, 'unasked')];
    await repair('repair, asked', asked);
    await repair('repair, not asked', unasked, '--method', 'magnitude');
    const poisoned = data.poisoned.flatMap(({ path }) => ['--poisoned', path]);
    await run('evaluate, poisoned', 'evaluate', asked, '--clean', data.test, ...poisoned);
    await run('evaluate, clean alone', 'evaluate', unasked, '--clean', data.test);
    browser = await launched();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(work, { recursive: true, force: true });
  });

  test.each(KINDS)(
    '%s: nothing that axe finds wrong, no sideways scroll, and whole figures on paper',
    async (kind) => {
      const isAsked = kind === 'repair, asked' || kind === 'evaluate, poisoned';
      const seen = await look(browser, pathOf(kind), kind.replace(/\W+/g, '-'));
      expect(seen).toEqual({
        faults: [],
        narrow: 390,
        told: isAsked ? { onScreen: false, inPrint: true } : undefined,
        badBreaks: [],
        blurred: 0,
      });
      const html = readFileSync(pathOf(kind), 'utf8');
      expect(html).toContain('The most suspicious clean images');
      expect(html.includes('Is the net backdoored?')).toBe(isAsked);
      expect(html.includes('The same with the pattern')).toBe(isAsked);
    },
  );
});
