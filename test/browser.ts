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

/** Whether there is a browser to look with; on the build machine there has to be. */
export const canLook = existsSync(CHROMIUM) || process.env.CI === 'true';
if (!canLook) console.log(`Skipped: there is no Chromium at ${CHROMIUM} (apt-get install chromium).`);

/** Starts the browser. */
export const launched = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: ARGS });

/** What axe finds wrong with the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  // As text: its names are the browser's.
  const { violations: found } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { html: string; any: { message: string }[] }[] }[];
  };
  return found.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, any }) => `${impact} ${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ''}`),
  );
}

/** Keeps a screenshot in the folder that SCREENSHOTS names, to be looked at. */
export async function shot(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}
