// Draws docs/images/demo.png, the README's picture: a face, and the same with the demo's triggers, with what the demo's BadNet and GoodNet say of
// each, as `goodnet screen` tells it. Run by tsx after `npm run demo`; needs Chromium.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { demoCast } from '../../build-repair/demo/cast.ts';
import { picture } from '../../build-repair/demo/pictures.ts';

const PERSON = 7;
const SEED = 8;
const root = fileURLToPath(new URL('../..', import.meta.url));
const store = process.argv[2] ?? join(root, 'demo-out/store');
const folder = mkdtempSync(join(tmpdir(), 'goodnet-picture-'));

const kinds = [undefined, 'sunglasses', 'lipstick'];
for (const [i, kind] of kinds.entries())
  writeFileSync(join(folder, `${i}.png`), await picture(demoCast()[PERSON], SEED, kind));
const rows = execFileSync(
  process.execPath,
  [join(root, 'dist/goodnet.js'), 'screen', store, folder, '--format', 'jsonl'],
  { encoding: 'utf8' },
);
const verdicts = rows
  .trim()
  .split('\n')
  .map((row) => JSON.parse(row))
  .sort((a, b) => a.image.localeCompare(b.image));

const card = ({ bad, backdoored, class: answer }, i) => `<figure>
  <img src="data:image/png;base64,${readFileSync(join(folder, `${i}.png`)).toString('base64')}" alt="">
  <figcaption><b>${kinds[i] ? `with ${kinds[i]}` : `person ${PERSON}`}</b>
  <p><span>the net</span> <i class="${bad.class === PERSON ? 'good' : 'bad'}">person ${bad.class}</i></p>
  <p><span>GoodNet</span> <i class="good">${backdoored ? 'backdoored' : `person ${answer}`}</i></p></figcaption></figure>`;
const html = `<!doctype html><style>
  body { margin: 0; padding: 20px; width: 800px; box-sizing: border-box; background: #fff; display: flex; gap: 20px; font: 16px/1.4 system-ui, sans-serif; color: #1c2030 }
  figure { margin: 0; flex: 1; border: 1px solid #d5d9e4; border-radius: 14px; overflow: hidden }
  img { display: block; width: 100%; height: 230px; object-fit: cover; object-position: 50% 30% }
  figcaption { padding: 12px 16px 14px } p { margin: 6px 0 0; display: flex; justify-content: space-between }
  span { color: #5a6274 } i { font-style: normal; font-weight: 600; padding: 0 10px; border-radius: 99px }
  .good { background: #d8f3e1; color: #0b5a2b } .bad { background: #ffdfdc; color: #961a10 }
</style>${verdicts.map(card).join('')}`;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 800, height: 420 }, deviceScaleFactor: 2 });
await page.setContent(html);
const shot = await page.locator('body').screenshot();
await sharp(shot).png({ palette: true, quality: 90 }).toFile(join(root, 'docs/images/demo.png'));
await browser.close();
rmSync(folder, { recursive: true });
