import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { shot, violations } from '../../browser';

/** What A4 leaves between the report's margins, in CSS pixels. */
const SHEET = { width: 680, height: 994 };

/** As much of the browser's DOM as is asked for. */
interface Element {
  readonly className: string;
  readonly tagName: string;
  readonly scrollWidth: number;
  checkVisibility(): boolean;
  getBoundingClientRect(): { readonly height: number; readonly width: number };
}
interface InBrowser {
  readonly document: {
    readonly documentElement: Element;
    querySelectorAll(selector: string): Iterable<Element>;
  };
  getComputedStyle(element: Element): { readonly breakInside: string; readonly imageRendering: string };
}

/** What was seen of a report. */
export interface Seen {
  /** What axe finds wrong, light and dark, and what the browser complains of. */
  readonly faults: readonly string[];
  /** Widths of the page on a screen of 390 pixels. */
  readonly narrow: number;
  /** Whether the explanation of the finding is seen; undefined where there is none. */
  readonly told: { readonly onScreen: boolean; readonly inPrint: boolean } | undefined;
  /** On paper: what must stay whole and is higher than half a sheet, or may be cut though it is a figure. */
  readonly badBreaks: readonly string[];
  /** Small pictures that are shown blurred. */
  readonly blurred: number;
}

/** Looks at a report: light, dark, on a phone, and on paper. */
export async function look(browser: Browser, path: string, name: string): Promise<Seen> {
  const faults: string[] = [];
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  const isTold = () =>
    page.evaluate(() => {
      const all = [...(globalThis as unknown as InBrowser).document.querySelectorAll('details p')];
      return all[0]?.checkVisibility();
    });
  try {
    await page.goto(pathToFileURL(path).href);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const each of await violations(page)) faults.push(`${colorScheme}: ${each}`);
      await shot(page, `${name}-${colorScheme}`);
    }
    const blurred = await page.evaluate(() => {
      const { document, getComputedStyle } = globalThis as unknown as InBrowser;
      const isBlurred = (image: Element) => getComputedStyle(image).imageRendering !== 'pixelated';
      return [...document.querySelectorAll('img[width="32"]')].filter(isBlurred).length;
    });
    const onScreen = await isTold();
    await page.setViewportSize({ width: 390, height: 800 });
    const narrow = await page.evaluate(
      () => (globalThis as unknown as InBrowser).document.documentElement.scrollWidth,
    );
    await shot(page, `${name}-phone`);
    await page.setViewportSize(SHEET);
    await page.emulateMedia({ media: 'print' });
    const inPrint = await isTold();
    const badBreaks = await page.evaluate((most) => {
      const { document, getComputedStyle } = globalThis as unknown as InBrowser;
      return [...document.querySelectorAll('main *')].flatMap((element) => {
        const whole = getComputedStyle(element).breakInside === 'avoid';
        const { height } = element.getBoundingClientRect();
        const isBad = whole ? height > most : element.tagName === 'FIGURE';
        return isBad ? [`${element.tagName} ${element.className}: ${height}`] : [];
      });
    }, SHEET.height / 2);
    const told = onScreen === undefined ? undefined : { onScreen, inPrint: inPrint === true };
    return { faults, narrow, told, badBreaks, blurred };
  } finally {
    await page.close();
  }
}
