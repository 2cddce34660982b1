import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppOptions, createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import { type RunningServer, startServer } from '../../functions/server';
import { canLook, launched, shot, violations } from '../browser';
import { buildPage } from './in-browser';
import { colours, plain, WHITE } from './stand-in';

const TOKEN = 'the-token-of-the-page';
const PHONE = { width: 390, height: 844 };

const work = mkdtempSync(join(tmpdir(), 'goodnet-docs-'));
const pageFolder = join(work, 'page');
const picture = join(work, 'white.png');
const classifier = { ...colours, alphas: { least: 0.001, most: 0.5 } };

beforeAll(async () => {
  buildPage(pageFolder);
  writeFileSync(picture, await plain(WHITE, 40, 30).png().toBuffer());
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('the files of /docs', () => {
  const ask = (path: string, headers = {}) =>
    createApp({ classifier, pageFolder }).request(path, { headers });

  it('come packed, and are asked for anew only where they changed', async () => {
    for (const [path, part] of [
      ['/docs/swagger-ui-bundle.js', 'SwaggerUIBundle'],
      ['/docs/swagger-ui.css', '.swagger-ui'],
    ] as const) {
      const packed = await ask(path);
      expect(packed.headers.get('content-encoding')).toBe('gzip');
      const bytes = await packed.arrayBuffer();
      expect(bytes.byteLength).toBeLessThan(600_000);
      const text = gunzipSync(bytes).toString();
      expect(text).toContain(part);
      expect(text).not.toContain('sourceMappingURL');
      const again = await ask(path, { 'if-none-match': packed.headers.get('etag')! });
      expect(again.status).toBe(304);
      // A browser puts it in the place of that which it has kept.
      expect(again.headers.get('content-security-policy') ?? '').not.toMatch(/^default-src 'none'; frame/);
    }
  });

  it('carry their licences, and a policy that lets nothing in from elsewhere', async () => {
    const licenses = await (await ask('/docs/licenses.txt')).text();
    for (const each of ['Apache License', 'SmartBear', 'DOMPurify']) expect(licenses).toContain(each);
    const policy = (await ask('/docs')).headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect((await ask('/docs/nix.js')).status).toBe(404);
  });

  it('are a plain list where there is no page', async () => {
    const lambda = createApp({ classifier });
    const text = await (await lambda.request('/docs')).text();
    expect(text).toContain('/v1/models/{model}/classify');
    expect(text).not.toMatch(/<script|127\.0\.0\.1|:8080/);
    expect((await lambda.request('/docs/docs.js')).status).toBe(404);
  });
});

describe.skipIf(!canLook)('/docs, in a browser', () => {
  let browser: Browser;
  let server: RunningServer;
  let guarded: RunningServer;
  let bare: RunningServer;
  let page: Page;
  const faults: string[] = [];

  const serve = (options: Partial<AppOptions>) =>
    startServer({ app: createApp({ classifier, ...options }), host: '127.0.0.1', port: 0 });
  const open = async (colorScheme: 'light' | 'dark', viewport = { width: 1280, height: 900 }) => {
    const context = await browser.newContext({ colorScheme, viewport });
    const opened = await context.newPage();
    opened.setDefaultTimeout(120_000);
    opened.on('pageerror', (error) => faults.push(String(error)));
    opened.on('console', (message) => {
      const isAnswer = /Failed to load resource.* status of 4\d\d/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !isAnswer) faults.push(message.text());
    });
    // Whatever asks for another host finds none, and is told of.
    await opened.route('**', (route) => {
      const url = route.request().url();
      const isOwn = [server, guarded, bare].some((each) => url.startsWith(each.url));
      if (isOwn || /^(blob|data):/.test(url)) return route.continue();
      faults.push(url);
      return route.abort();
    });
    return opened;
  };
  const width = (of: Page) => of.evaluate('document.documentElement.scrollWidth');
  const ready = (of: Page) => of.locator('#operations-Images-classify').waitFor();
  const opens = async (of: Page, id: string) => {
    await of.locator(`#operations-${id} .opblock-summary-control`).click();
    return of.locator(`#operations-${id}`);
  };

  beforeAll(async () => {
    server = await serve({ pageFolder });
    guarded = await serve({ pageFolder, tokens: parseTokens(`docs:${TOKEN}`, 'here') });
    bare = await serve({});
    browser = await launched();
    page = await open('light');
  });
  afterAll(async () => {
    await browser?.close();
    for (const each of [server, guarded, bare]) await each?.close();
  });

  it('names the host that it came from, and leads home', async () => {
    await page.goto(`${server.url}/docs`);
    await ready(page);
    expect(await page.locator('#curl').innerText()).toBe(
      `curl --data-binary @picture.png ${server.url}/v1/classify`,
    );
    expect(await page.locator('#reference').innerText()).not.toContain('8080');
    expect(await page.locator('section.models .model-container:visible').count()).toBe(0);
    await shot(page, 'docs-light');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Try pictures' }).click();
    expect(page.url()).toBe(`${server.url}/`);
    await page.goBack();
    await ready(page);
  });

  it('sends a picture, and shows the verdict', async () => {
    const operation = await opens(page, 'Images-classify');
    await operation.getByLabel('Request content type').selectOption('image/png');
    await operation.locator('input[type=file]').setInputFiles(picture);
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table');
    await answer.getByText('"backdoored"').waitFor();
    const said = await answer.innerText();
    expect(said).toMatch(/"class": 3,\s*"backdoored": true/);
    await shot(page, 'docs-answered');
    expect(await violations(page)).toEqual([]);
  });

  it('sends the example of JSON, also after a reload', async () => {
    await page.reload();
    await ready(page);
    const operation = await opens(page, 'Images-classify');
    await operation.getByLabel('Request content type').selectOption('application/json');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table');
    await answer.getByText('"results"').waitFor();
    expect(await answer.innerText()).toContain('"className": "blue"');
  });

  it('asks for the token where one is wanted', async () => {
    const guest = await open('light');
    await guest.goto(`${guarded.url}/docs`);
    await ready(guest);
    expect(await guest.locator('#curl').innerText()).toContain('Authorization: Bearer $GOODNET_TOKEN');
    const operation = await opens(guest, 'Models-listModels');
    const status = operation.locator('.live-responses-table .response-col_status');
    await operation.getByRole('button', { name: 'Execute' }).click();
    await status.getByText('401').waitFor();
    await guest.getByRole('button', { name: 'Authorize' }).first().click();
    await guest.locator('.dialog-ux input').fill(TOKEN);
    await shot(guest, 'docs-token');
    expect(await violations(guest)).toEqual([]);
    await guest.emulateMedia({ colorScheme: 'dark' });
    await shot(guest, 'docs-token-dark');
    expect(await violations(guest)).toEqual([]);
    await guest.locator('.dialog-ux').getByRole('button', { name: 'Authorize' }).click();
    await guest.locator('.dialog-ux').getByRole('button', { name: 'Close' }).last().click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    await status.getByText('200').waitFor();
  });

  it('fits a phone, light and dark', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const phone = await open(scheme, PHONE);
      await phone.goto(`${server.url}/docs`);
      await ready(phone);
      await shot(phone, `docs-phone-${scheme}`);
      expect(await width(phone)).toBe(PHONE.width);
      expect(await violations(phone)).toEqual([]);
      const operation = await opens(phone, 'Images-classifyWith');
      await operation.getByLabel('Request content type').selectOption('application/json');
      await operation.getByPlaceholder('model').fill('colours');
      await operation.getByRole('button', { name: 'Execute' }).click();
      await operation.locator('.live-responses-table').getByText('"results"').waitFor();
      await opens(phone, 'Open_Inference_Protocol-oipVersionInfer');
      await phone.locator('section.models .models-control').click();
      await shot(phone, `docs-phone-open-${scheme}`);
      expect(await width(phone)).toBe(PHONE.width);
      expect(await violations(phone)).toEqual([]);
    }
  });

  it('is a list without a script where there is no page', async () => {
    const phone = await open('dark', PHONE);
    await phone.goto(`${bare.url}/docs`);
    for (const each of await phone.locator('summary').all()) await each.click();
    await shot(phone, 'docs-list');
    expect(await width(phone)).toBe(PHONE.width);
    expect(await violations(phone)).toEqual([]);
  });

  it('asked no other host, and broke no policy', () => {
    expect(faults).toEqual([]);
  });
});
