import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import { fixedCatalogue } from '../../functions/catalogue/fixed';
import { type RunningServer, startServer } from '../../functions/server';
import { BLUE, colours, plain, WHITE } from './stand-in';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const TOKEN = 'the-token-of-the-page';
/** What functions that run in the page use of it. */
interface InBrowser {
  readonly document: {
    querySelectorAll(selector: string): { readonly length: number };
    readonly documentElement: { readonly scrollWidth: number };
  };
}
/** Where screenshots are kept, to be looked at. */
const SHOTS = process.env.SCREENSHOTS;
const isThere = existsSync(CHROMIUM);
if (!isThere) console.log(`Skipped: there is no Chromium at ${CHROMIUM} (apt-get install chromium).`);

const work = mkdtempSync(join(tmpdir(), 'goodnet-page-'));
const pageFolder = join(import.meta.dirname, '../../functions/page');
const classifier = { ...colours, alphas: { least: 0.001, most: 0.5 } };
const catalogue = fixedCatalogue([classifier, { ...classifier, model: 'other', classNames: undefined }]);
const [face, trigger, text] = ['face, of "x".png', '=trigger.png', 'no picture.png'].map((name) =>
  join(work, name),
);

describe.skipIf(!isThere)('the page, in a browser', () => {
  let browser: Browser;
  let server: RunningServer;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    writeFileSync(face!, await plain(BLUE, 200, 240).png().toBuffer());
    writeFileSync(trigger!, await plain(WHITE, 200, 240).png().toBuffer());
    writeFileSync(text!, 'hello');
    server = await startServer({ app: createApp({ catalogue, pageFolder }), host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url))
        faults.push(request.url());
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });
  const shot = async (name: string, of = page) => {
    if (SHOTS) await of.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  };
  const rows = (of = page) => of.locator('tbody tr').allInnerTexts();

  it('answers pictures, and says which are backdoored and which are none', { timeout: 60_000 }, async () => {
    await page.goto(server.url);
    await page.getByLabel('Model').waitFor();
    await page.waitForFunction(
      () => (globalThis as unknown as InBrowser).document.querySelectorAll('#alpha option').length > 1,
    );
    await page.setInputFiles('#files', [face!, trigger!, text!]);
    await page.getByText('3 pictures answered.').waitFor();
    const [last, middle, first] = await rows();
    expect(first).toMatch(/face, of "x"\.png.*blue.*50 % of clean pictures/s);
    expect(middle).toMatch(/=trigger\.png.*Backdoored.*1 in 1000 clean pictures/s);
    expect(last).toMatch(/Not answered.*none of JPEG, PNG and WebP/s);
    expect(await page.locator('#summary').innerText()).toBe('3 pictures, 1 backdoored, 1 not answered');
    await shot('light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('dark');
  });

  it('gives the answers as CSV', { timeout: 30_000 }, async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('Download CSV').click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toBe(
      'picture,model,alpha,class,backdoored,p_value,suspicion,bad_class,repaired_class,error',
    );
    expect(lines[1]).toBe('"face, of ""x"".png",colours,0.01,2,false,0.5,0,2,2,');
    expect(lines[2]).toBe("'=trigger.png,colours,0.01,3,true,0.001,9,0,0,");
    expect(lines[3]).toMatch(/^no picture\.png,colours,0\.01,,,,,,,The image/);
  });

  it('asks another model, at another rate, by keyboard alone', { timeout: 30_000 }, async () => {
    await page.getByText('Clear').click();
    await page.getByLabel('Model').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByLabel('False alarms').selectOption('0.05');
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page
        .locator('#files')
        .focus()
        .then(() => page.keyboard.press('Enter')),
    ]);
    await chooser.setFiles(face!);
    await page.getByText('One picture answered.').waitFor();
    expect((await rows())[0]).toContain('Class 2');
  });

  it('fits a phone', { timeout: 30_000 }, async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const width = await page.evaluate(
      () => (globalThis as unknown as InBrowser).document.documentElement.scrollWidth,
    );
    expect(width).toBeLessThanOrEqual(360);
    await page.setInputFiles('#files', [trigger!]);
    await page.getByText('2 pictures, 1 backdoored').waitFor();
    await shot('phone');
  });

  it('asks for a token where one is wanted', { timeout: 30_000 }, async () => {
    const guarded = await startServer({
      app: createApp({ catalogue, pageFolder, tokens: parseTokens(`page:${TOKEN}`, 'here') }),
      host: '127.0.0.1',
      port: 0,
    });
    const other = await browser.newPage();
    await other.goto(guarded.url);
    await other.getByText('Send "Authorization: Bearer TOKEN".').waitFor();
    await other.getByLabel('Token').fill(TOKEN);
    await other.keyboard.press('Tab');
    await other.waitForFunction(
      () => (globalThis as unknown as InBrowser).document.querySelectorAll('#model option').length === 2,
    );
    await other.setInputFiles('#files', face!);
    await other.getByText('One picture answered.').waitFor();
    await other.close();
    await guarded.close();
  });

  it('asks nobody else, and breaks nothing', () => {
    expect(faults).toEqual([]);
  });
});
