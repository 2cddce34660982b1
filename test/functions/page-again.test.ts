import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { type RunningServer, startServer } from '../../functions/server';
import { canLook, launched, shot } from '../browser';
import { buildPage, watched } from './in-browser';
import { colours } from './stand-in';

const work = mkdtempSync(join(tmpdir(), 'goodnet-page-again-'));

interface Looks {
  readonly sheets: number;
  readonly back: string;
  readonly text: string;
  readonly width: string;
  readonly font: string;
}
/** As text: its names are the browser's. */
const LOOKS = `(() => {
  const { backgroundColor: back, color: text, maxWidth: width, fontFamily: font } = getComputedStyle(document.body);
  const sheets = [...document.styleSheets].filter((sheet) => sheet.cssRules.length > 0).length;
  return { sheets, back, text, width, font };
})()`;

describe.skipIf(!canLook)('pages that are visited again', () => {
  const answered: string[] = [];
  const faults: string[] = [];
  let browser: Browser;
  let server: RunningServer;

  beforeAll(async () => {
    buildPage(work);
    const app = createApp({ classifier: colours, pageFolder: work });
    const noting = {
      async fetch(...asked: Parameters<Hono['fetch']>) {
        const response = await app.fetch(...asked);
        answered.push(`${new URL(asked[0].url).pathname} ${response.status}`);
        return response;
      },
    } as Hono;
    server = await startServer({ app: noting, host: '127.0.0.1', port: 0 });
    browser = await launched();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });
  const tab = async (context: BrowserContext) => watched(await context.newPage(), () => server.url, faults);
  const unstyled = async () => {
    const page = await browser.newPage();
    const looks = (await page.evaluate(LOOKS)) as Looks;
    await page.close();
    return looks;
  };

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    it.each([
      ['/', '/docs'],
      ['/docs', '/'],
    ])('%s looks and works as it did', async (path, elsewhere) => {
      const context = await browser.newContext({ colorScheme });
      const page = await tab(context);
      const looksOf = async (of: Page) => {
        if (path === '/')
          await of.locator('#model option', { hasText: 'colours' }).waitFor({ state: 'attached' });
        return (await of.evaluate(LOOKS)) as Looks;
      };
      await page.goto(server.url + path);
      const first = await looksOf(page);
      const bare = await unstyled();
      expect(first.sheets).toBeGreaterThan(0);
      expect(first.font).not.toBe(bare.font);
      expect(first.width).not.toBe(bare.width);

      answered.length = 0;
      for (let again = 0; again < 2; again++) {
        await page.reload();
        expect(await looksOf(page)).toEqual(first);
      }
      expect(answered.filter((each) => each === `${path} 304`)).toHaveLength(2);
      if (path === '/') await shot(page, `again-${colorScheme}`);
      await page.goto(server.url + elsewhere);
      await page.goto(server.url + path);
      expect(await looksOf(page)).toEqual(first);
      await page.goBack();
      await page.goBack();
      expect(await looksOf(page)).toEqual(first);
      await page.goForward();
      await page.goForward();
      expect(await looksOf(page)).toEqual(first);
      const second = await tab(context);
      await second.goto(server.url + path);
      expect(await looksOf(second)).toEqual(first);
      await context.close();
      expect(faults).toEqual([]);
    });
  });
});
