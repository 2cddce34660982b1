import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether there is a browser to test in. */
export const isThere = existsSync(CHROMIUM);
if (!isThere) console.log(`Skipped: there is no Chromium at ${CHROMIUM} (apt-get install chromium).`);

export const launched = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: ARGS });

/** Lays the page's files into a folder. */
export function buildPage(folder: string): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-page.mjs'), folder]);
}

/** Notes what a page breaks, and whom else it asks. */
export function watched(page: Page, url: () => string, faults: string[]): Page {
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('request', (request) => {
    const isOwn = /^(blob|data):/.test(request.url()) || request.url().startsWith(url());
    if (!isOwn) faults.push(request.url());
  });
  return page;
}

/** What axe finds wrong with the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  // As text: its names are the browser's.
  const found = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Keeps a screenshot in the folder that SCREENSHOTS names, to be looked at. */
export async function shot(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}
