// Makes docs/images/report.png, the top of the demo's report, for the README: npm run build && node scripts/pictures/report.mjs.
// With a report's path it takes that report, with another the picture goes there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MOST_BYTES = 250_000;
const WIDTH = 1200;
/** The report is read at this width; what is around it is cut off. */
const READ = 880;

const [report, picture = join(root, 'docs/images/report.png')] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'goodnet-picture-'));
try {
  const bytes = await pictureOf(report === undefined ? reportOfDemo() : resolve(report));
  if (bytes.length > MOST_BYTES)
    throw new Error(`the picture has ${bytes.length} bytes, more than ${MOST_BYTES}`);
  writeFileSync(picture, bytes);
  console.log(`${picture}: ${bytes.length} bytes`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The report that the demo writes. */
function reportOfDemo() {
  const out = join(work, 'demo');
  execFileSync(process.execPath, [join(root, 'dist/goodnet.js'), 'demo', '--out', out], { stdio: 'inherit' });
  return join(out, 'report.html');
}

/** From the headline to the main figures. */
async function pictureOf(path) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage({
      viewport: { width: READ, height: 900 },
      deviceScaleFactor: WIDTH / READ,
      colorScheme: 'light',
    });
    await page.goto(pathToFileURL(path).href);
    const { y, height } = await page.locator('.summary').boundingBox();
    const clip = { x: 0, y: 0, width: READ, height: Math.ceil(y + height + 40) };
    const shot = await page.screenshot({ clip, fullPage: true });
    return await sharp(shot).png({ palette: true, compressionLevel: 9, effort: 10 }).toBuffer();
  } finally {
    await browser.close();
  }
}
