import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import type { Classifier } from '../../functions/classifier';
import { type RunningServer, startServer } from '../../functions/server';
import { canLook, launched, shot, violations } from '../browser';
import { buildPage, toldModel, watched } from './in-browser';
import { BLUE, colours, plain, WHITE } from './stand-in';

const SIZES = [
  { device: 'a phone', width: 390, height: 844 },
  { device: 'a laptop', width: 1280, height: 850 },
] as const;
const work = mkdtempSync(join(tmpdir(), 'goodnet-page-view-'));
const pageFolder = join(work, 'page');
const samples = join(work, 'samples');
const [face, trigger, strange, text] = ['face.png', 'trigger.png', 'strange.png', 'text.png'].map((name) =>
  join(work, name),
);
let letGo = Promise.resolve();

/** Red is what it has never seen. */
const classifier: Classifier = {
  ...toldModel,
  async classify(pixels, count) {
    await letGo;
    const verdicts = await colours.classify(pixels, count);
    return verdicts.map((each) => {
      const isRed = each.class === 0;
      return { ...each, familiarity: isRed ? 0.0004 : 0.7, unfamiliar: isRed };
    });
  },
};

describe.skipIf(!canLook)('what an upload shows', () => {
  const faults: string[] = [];
  let browser: Browser;
  let server: RunningServer;
  let page: Page;

  beforeAll(async () => {
    buildPage(pageFolder);
    mkdirSync(samples);
    writeFileSync(face!, await plain(BLUE, 200, 240).png().toBuffer());
    writeFileSync(trigger!, await plain(WHITE, 200, 240).png().toBuffer());
    writeFileSync(strange!, await plain({ r: 200, g: 10, b: 10 }, 200, 240).png().toBuffer());
    writeFileSync(text!, 'hello');
    for (let i = 0; i < 12; i++)
      writeFileSync(join(samples, `sample ${i}.png`), await plain(BLUE, 64, 64).png().toBuffer());
    const app = createApp({ classifier, pageFolder, samples });
    server = await startServer({ app, host: '127.0.0.1', port: 0 });
    browser = await launched();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  const open = async (viewport: { width: number; height: number }, motion: 'reduce' | 'no-preference') => {
    page = watched(await browser.newPage({ viewport, reducedMotion: motion }), () => server.url, faults);
    await page.goto(server.url);
    await page.getByRole('button', { name: 'sample 11' }).waitFor();
  };
  const status = (said: string) => page.getByRole('status').filter({ hasText: said });
  const focused = () => page.evaluate('document.activeElement.id');
  const firstRow = () => page.locator('tbody tr').first();
  const isFirstRowInView = () =>
    page.evaluate(`(() => {
      const { top, bottom, height } = document.querySelector('tbody tr').getBoundingClientRect();
      return height > 0 && top >= 0 && bottom <= innerHeight;
    })()`);
  const expectInView = async () => {
    await expect.poll(isFirstRowInView, { timeout: 60_000 }).toBe(true);
    expect(await focused()).toBe('answers');
    expect(await page.getByRole('heading', { name: 'Answers' }).isVisible()).toBe(true);
  };

  describe.each(SIZES)('on $device', ({ device, ...viewport }) => {
    it.each(['reduce', 'no-preference'] as const)(
      'is in view, and has the focus: motion %s',
      async (motion) => {
        await open(viewport, motion);
        expect(await page.evaluate('getComputedStyle(document.documentElement).scrollBehavior')).toBe(
          motion === 'reduce' ? 'auto' : 'smooth',
        );
        await page.setInputFiles('#files', face!);
        await status('1 image: 0 backdoored, 1 clean.').waitFor();
        await expectInView();
        await shot(page, `uploaded-${viewport.width}`, false);

        // What comes later stands first.
        await page.evaluate('scrollTo(0, 0)');
        await page.setInputFiles('#files', [trigger!, text!, face!]);
        await status('4 images: 1 backdoored, 2 clean, 1 unreadable.').waitFor();
        await expectInView();
        const names = await page.locator('tbody .name').allInnerTexts();
        expect(names).toEqual(['trigger.png', 'text.png', 'face.png', 'face.png']);

        await page.getByRole('button', { name: 'sample 3' }).click();
        await status('5 images').waitFor();
        await expectInView();
        expect(await firstRow().innerText()).toContain('sample 3.png');

        await page.getByRole('button', { name: 'Clear' }).click();
        expect(await page.getByRole('heading', { name: 'Answers' }).isVisible()).toBe(false);
        expect(await focused()).toBe('files');
        await page.close();
      },
    );

    it('leaves the focus where it has been put meanwhile', async () => {
      let answer = () => {};
      letGo = new Promise((resolve) => {
        answer = resolve;
      });
      await open(viewport, 'reduce');
      await page.setInputFiles('#files', face!);
      await status('Asking about face.png…').waitFor();
      expect(await focused()).toBe('answers');
      await page.getByLabel('False alarms').focus();
      answer();
      await status('1 image: 0 backdoored, 1 clean.').waitFor();
      expect(await focused()).toBe('alpha');
      await page.close();
    });

    it.each(['light', 'dark'] as const)('is fit for all, and says what is unfamiliar: %s', async (scheme) => {
      await open(viewport, 'reduce');
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      expect(await violations(page)).toEqual([]);
      await page.setInputFiles('#files', [face!, strange!, trigger!, text!]);
      await status(
        '4 images: 1 backdoored, 2 clean, 1 unreadable. 1 unlike the images it was calibrated on.',
      ).waitFor();
      const rows = await page.locator('tbody tr').allInnerTexts();
      expect(rows[1]).toMatch(
        /Clean.*red.*Unfamiliar.*Unlike the images it was calibrated on: the answer may mean nothing/s,
      );
      for (const each of [rows[0], rows[2], rows[3]]) expect(each).not.toMatch(/Unfamiliar/);
      await shot(page, `answers-${viewport.width}-${scheme}`);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
      // It may not be clean at all.
      await page.getByLabel('Hide clean images').check();
      const left = await page.locator('tbody tr:visible .name').allInnerTexts();
      expect(left).toEqual(['strange.png', 'trigger.png', 'text.png']);
      await page.close();
    });
  });

  it('is why nothing is asked, in view', async () => {
    const tokens = parseTokens('page:the-token-of-the-page', 'here');
    const app = createApp({ classifier, pageFolder, tokens });
    const guarded = await startServer({ app, host: '127.0.0.1', port: 0 });
    // A telephone on its side.
    const [width, height] = [844, 390];
    const guest = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' });
    await guest.goto(guarded.url);
    const said = guest.getByRole('status').filter({ hasText: 'This service wants a token.' });
    await said.waitFor();
    expect(await guest.evaluate('document.activeElement.id')).toBe('token');
    await guest.evaluate('scrollTo(0, 0)');
    await guest.setInputFiles('#files', face!);
    expect(await guest.evaluate('document.activeElement.id')).toBe('token');
    const box = (await said.boundingBox())!;
    expect(box.y + box.height).toBeLessThanOrEqual(height);
    await guest.close();
    await guarded.close();
  });

  it('breaks nothing', () => {
    expect(faults).toEqual([]);
  });
});
