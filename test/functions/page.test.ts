import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppOptions, createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import { fixedCatalogue } from '../../functions/catalogue/fixed';
import type { Classifier } from '../../functions/classifier';
import { Problem } from '../../functions/problem';
import { type RunningServer, startServer } from '../../functions/server';
import { canLook, launched, shot, violations } from '../browser';
import { buildPage, toldModel, watched } from './in-browser';
import { BLUE, colours, plain, WHITE } from './stand-in';

const TOKEN = 'the-token-of-the-page';
const work = mkdtempSync(join(tmpdir(), 'goodnet-page-'));
const pageFolder = join(work, 'page');
const samples = join(work, 'samples');
const classifier: Classifier = {
  ...toldModel,
  async classify(pixels, count) {
    const verdicts = await colours.classify(pixels, count);
    return verdicts.map((each) => ({ ...each, pValue: each.backdoored ? 0.004 : 0.5 }));
  },
};
const other = { ...colours, model: 'other', classNames: undefined };
const catalogue = fixedCatalogue([classifier, other]);
const [face, trigger, text] = ['face, of "x".png', '=trigger.png', 'no picture.png'].map((name) =>
  join(work, name),
);

describe.skipIf(!canLook)('the page, in a browser', () => {
  let browser: Browser;
  let server: RunningServer;
  let page: Page;
  const faults: string[] = [];

  const serve = (options: Partial<AppOptions> = {}) =>
    startServer({ app: createApp({ catalogue, pageFolder, ...options }), host: '127.0.0.1', port: 0 });

  beforeAll(async () => {
    buildPage(pageFolder);
    mkdirSync(samples);
    writeFileSync(face!, await plain(BLUE, 200, 240).png().toBuffer());
    writeFileSync(trigger!, await plain(WHITE, 200, 240).png().toBuffer());
    writeFileSync(join(samples, 'a face.jpg'), await plain(BLUE, 200, 240).jpeg().toBuffer());
    writeFileSync(join(samples, 'tríggered.webp'), await plain(WHITE, 64, 64).webp().toBuffer());
    writeFileSync(text!, 'hello');
    writeFileSync(join(samples, 'notes.txt'), 'hello');
    server = await serve({ samples });
    browser = await launched();
    page = watched(await browser.newPage(), () => server.url, faults);
    page.setDefaultTimeout(120_000);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });
  const rows = (of = page) => of.locator('tbody tr').allInnerTexts();
  const status = (said: string | RegExp, of = page) => of.getByRole('status').filter({ hasText: said });
  const scales = () =>
    page.getByRole('img').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
  it('tells of the model', async () => {
    await page.goto(server.url);
    await page.getByText('98.3 % (before the repair 99 %)').waitFor();
    expect(await page.locator('#model option').allInnerTexts()).toEqual(['colours', 'other']);
    expect(await page.locator('#alpha option').allInnerTexts()).toContain('0.5 %');
    expect(await page.getByLabel('False alarms').inputValue()).toBe('0.01');
  });

  it('answers images, and says which are backdoored and which are none', async () => {
    await page.setInputFiles('#files', [face!, trigger!, text!]);
    await status('3 images: 1 backdoored, 1 clean, 1 unreadable.').waitFor();
    const [first, middle, last] = await rows();
    expect(first).toMatch(/face, of "x"\.png.*Clean.*blue.*like 50 % of clean images/s);
    expect(middle).toMatch(/=trigger\.png.*Backdoored.*Class 3.*red.*like 1 in 250 clean images/s);
    expect(last).toMatch(/Unreadable.*none of JPEG, PNG and WebP/s);
    expect(await page.locator('.counts dd').allInnerTexts()).toEqual(['3', '1', '1', '1']);
    expect(await scales()).toEqual([
      'p-value 0.50; flagged at 0.01 or less',
      'p-value 0.0040; flagged at 0.01 or less',
    ]);
    await shot(page, 'light');
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot(page, 'dark');
    expect(await violations(page)).toEqual([]);
  });

  it('gives the answers as CSV', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('Download CSV').click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^image,model,alpha,class,className,backdoored,pValue,suspicion,/);
    expect(lines[1]).toMatch(
      /^"face, of ""x"".png",colours,0\.01,2,[^,]*,false,0\.5,0,2,[\d.]+,2,[\d.]+,,,$/,
    );
    expect(lines[2]).toMatch(/^'=trigger\.png,colours,0\.01,3,[^,]*,true,0\.004,9,0,[\d.]+,0,[\d.]+,,,$/);
    expect(lines[3]).toMatch(/^no picture\.png,colours,0\.01,+"?The image/);
  });

  it('judges by another rate at once, and hides what is clean', async () => {
    await page.getByLabel('False alarms').selectOption('0.002');
    expect(await page.locator('#count-flagged').innerText()).toBe('0');
    expect((await rows())[1]).toMatch(/Clean.*red/s);
    expect((await scales())[1]).toBe('p-value 0.0040; flagged at 0.002 or less');
    await page.getByLabel('False alarms').selectOption('0.01');
    expect(await page.locator('#count-flagged').innerText()).toBe('1');
    await page.getByLabel('Hide clean images').check();
    expect(await page.locator('tbody tr:visible').count()).toBe(2);
    await page.getByLabel('Hide clean images').uncheck();
  });

  it('asks another model by keyboard alone', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('combobox', { name: 'Model' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('98.3 %').waitFor({ state: 'detached' });
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page
        .locator('#files')
        .focus()
        .then(() => page.keyboard.press('Enter')),
    ]);
    await chooser.setFiles(face!);
    await status('1 image: 0 backdoored, 1 clean').waitFor();
    expect((await rows())[0]).toMatch(/other.*Class 2.*The nets agree/s);
  });

  it('offers samples, one or all', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'tríggered' }).click();
    await status('1 image: 1 backdoored, 0 clean.').waitFor();
    await page.getByRole('button', { name: 'Try them all' }).click();
    await status('3 images: 2 backdoored, 1 clean.').waitFor();
    expect(await page.locator('.sample').count()).toBe(2);
    const asked = async (path: string) => (await fetch(`${server.url}/page/samples/${path}`)).status;
    expect([await asked('a%20face.jpg'), await asked('notes.txt'), await asked('..%2Fnotes.png')]).toEqual([
      200, 404, 404,
    ]);
  });

  it('takes what is dropped', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    const base64 = readFileSync(trigger!).toString('base64');
    // As text: its names are the browser's.
    await page.evaluate(`{
      const bytes = Uint8Array.from(atob('${base64}'), (each) => each.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
      document.querySelector('h1').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    }`);
    await status('1 image: 1 backdoored, 0 clean.').waitFor();
  });

  it('sends many in several requests, in order', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    const many = Array.from({ length: 40 }, (_, i) => join(work, `${String(i).padStart(2, '0')}.png`));
    for (const [i, path] of many.entries()) writeFileSync(path, readFileSync(i % 4 === 0 ? trigger! : face!));
    let requests = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST') requests++;
    });
    await page.setInputFiles('#files', many);
    await status('40 images: 10 backdoored, 30 clean.').waitFor();
    expect(requests).toBe(3);
    expect((await rows()).map((row) => row.slice(0, 6))).toEqual(many.map((path) => path.slice(-6)));
  });

  it('fits a phone', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.setInputFiles('#files', [trigger!, face!, text!]);
    await status('3 images: ').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await shot(page, 'phone');
    expect(await violations(page)).toEqual([]);
  });

  it('asks for a token where one is wanted', async () => {
    const guarded = await serve({ samples, tokens: parseTokens(`page:${TOKEN}`, 'here') });
    const guest = await browser.newPage();
    await guest.goto(guarded.url);
    await status('This service wants a token.', guest).waitFor();
    expect((await fetch(`${guarded.url}/page/samples`)).status).toBe(401);
    // The field has the focus.
    await guest.keyboard.type(TOKEN);
    await guest.keyboard.press('Tab');
    await guest.getByText('98.3 %').waitFor();
    await guest.setInputFiles('#files', face!);
    await status('1 image: 0 backdoored, 1 clean', guest).waitFor();
    await guest.getByRole('button', { name: 'a face' }).click();
    await status('2 images: 0 backdoored, 2 clean', guest).waitFor();
    await guest.close();
    await guarded.close();
  });

  it('says when the service is busy, tries again, and says when it is gone', async () => {
    let isBusy = true;
    const busy = {
      ...classifier,
      classify: (...asked: Parameters<Classifier['classify']>) => {
        if (!isBusy) return classifier.classify(...asked);
        isBusy = false;
        return Promise.reject(new Problem('overloaded', 'Too many images wait.'));
      },
    };
    const overloaded = await serve({ catalogue: fixedCatalogue([busy]) });
    const guest = await browser.newPage();
    await guest.goto(overloaded.url);
    await guest.getByText('98.3 %').waitFor();
    await guest.setInputFiles('#files', face!);
    await status('1 image: 0 backdoored, 1 clean', guest).waitFor();
    await overloaded.close();
    await guest.setInputFiles('#files', face!);
    await status('The service can’t be reached.', guest).waitFor();
    await guest.close();
  });

  it('asks nobody else, and breaks nothing', () => {
    expect(faults).toEqual([]);
  });
});
