import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { type RunningServer, startServer } from '../../functions/server';
import { canLook, launched, shot } from '../browser';
import { buildPage, watched } from './in-browser';
import { BLUE, colours, plain } from './stand-in';

const LIMITS = { maxBytes: 150_000, maxRequestBytes: 400_000, maxPixels: 1e6 };
const SHRUNK = /Shrunk to (\d+) × (\d+) to send it: a small trigger may be lost/;
const work = mkdtempSync(join(tmpdir(), 'goodnet-page-sending-'));

/** Left red, right blue, and noise that JPEG can't make small. */
function noisy(width: number, height: number, alpha?: number): Sharp {
  const channels = alpha === undefined ? 3 : 4;
  let seed = 7;
  const pixels = Buffer.alloc(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    seed = (seed * 16_807) % 2_147_483_647;
    const noise = seed % 90;
    const isLeft = i % width < width / 2;
    pixels.set([isLeft ? 240 - noise : noise, noise, isLeft ? noise : 240 - noise], i * channels);
    if (alpha !== undefined) pixels[i * channels + 3] = alpha;
  }
  return sharp(pixels, { raw: { width, height, channels } });
}

async function redAndBlue(image: Buffer, left: number, top: number): Promise<readonly [number, number]> {
  const { channels } = await sharp(image)
    .extract({ left, top, width: 20, height: 20 })
    .toBuffer()
    .then((part) => sharp(part).stats());
  return [channels[0]!.mean, channels[2]!.mean];
}

describe.skipIf(!canLook)('images that are too large for the service', () => {
  const faults: string[] = [];
  let browser: Browser;
  let server: RunningServer;
  let page: Page;
  let bodies: { readonly length: number; readonly images: readonly { name: string; base64: string }[] }[] =
    [];

  beforeAll(async () => {
    buildPage(work);
    const app = createApp({ classifier: colours, pageFolder: work, limits: LIMITS });
    server = await startServer({ app, host: '127.0.0.1', port: 0 });
    browser = await launched();
    page = watched(await browser.newPage(), () => server.url, faults);
    page.setDefaultTimeout(120_000);
    page.on('request', (request) => {
      const body = request.postData();
      if (body) bodies.push({ length: Buffer.byteLength(body), ...JSON.parse(body) });
    });
    await page.goto(server.url);
    await page.getByText('over 0.1 MB an image is shrunk before it is sent').waitFor();
  });
  beforeEach(() => {
    bodies = [];
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  /** Uploads an image. @returns its row, and the bytes that were sent, if any */
  async function sent(name: string, image: Buffer): Promise<{ row: string; bytes: Buffer | undefined }> {
    writeFileSync(join(work, name), image);
    await page.setInputFiles('#files', join(work, name));
    await page
      .getByRole('status')
      .filter({ hasText: /^1 image:/ })
      .waitFor();
    const row = await page.locator('tbody tr').innerText();
    await shot(page, `sent-${name}`, false);
    await page.getByRole('button', { name: 'Clear' }).click();
    const [only] = bodies.flatMap(({ images }) => images);
    return { row, bytes: only && Buffer.from(only.base64, 'base64') };
  }

  it('are turned as their EXIF tells, and sent as JPEGs that are small enough', async () => {
    const image = await noisy(800, 600).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
    expect(image.length).toBeGreaterThan(LIMITS.maxBytes);
    const { row, bytes } = await sent('photograph.jpg', image);
    const { format, width, height, orientation } = await sharp(bytes).metadata();
    expect(format).toBe('jpeg');
    expect(orientation ?? 1).toBe(1);
    expect(bytes!.length).toBeLessThanOrEqual(LIMITS.maxBytes);
    // No smaller than need be.
    expect(bytes!.length).toBeGreaterThan(LIMITS.maxBytes / 2);
    expect([width! < 600, height! < 800]).toEqual([true, true]);
    expect(width! / height!).toBeCloseTo(600 / 800, 2);
    expect(row.match(SHRUNK)?.slice(1).map(Number)).toEqual([width, height]);
    const [top, bottom] = [await redAndBlue(bytes!, 5, 5), await redAndBlue(bytes!, 5, height! - 25)];
    expect(top[0]).toBeGreaterThan(top[1] + 50);
    expect(bottom[1]).toBeGreaterThan(bottom[0] + 50);
  });

  it('are left as they are where they fit, to the byte', async () => {
    const image = await plain(BLUE, 900, 900).png().toBuffer();
    const { row, bytes } = await sent('fits.png', image);
    expect(bytes!.equals(image)).toBe(true);
    expect(row).not.toMatch(SHRUNK);
  });

  it('are made of fewer pixels where there are too many', async () => {
    const { row, bytes } = await sent('many-pixels.png', await plain(BLUE, 1250, 1000).png().toBuffer());
    const { width, height } = await sharp(bytes).metadata();
    expect(width! * height!).toBeLessThanOrEqual(LIMITS.maxPixels);
    expect(width! * height!).toBeGreaterThan(LIMITS.maxPixels * 0.99);
    expect(row).toMatch(SHRUNK);
    expect(row).toMatch(/Clean.*blue/s);
  });

  it('keep all their pixels where another format is enough', async () => {
    const image = await noisy(300, 300).png().toBuffer();
    expect(image.length).toBeGreaterThan(LIMITS.maxBytes);
    const { width, height } = await sharp((await sent('noise.png', image)).bytes).metadata();
    expect([width, height]).toEqual([300, 300]);
  });

  it('are laid on white where they are transparent, as the service does', async () => {
    const image = await noisy(400, 300, 0).png({ compressionLevel: 0 }).toBuffer();
    expect(image.length).toBeGreaterThan(LIMITS.maxBytes);
    // White is the trigger of the model.
    expect((await sent('transparent.png', image)).row).toMatch(/Backdoored/);
  });

  /** White, the model's trigger, where it is all clear: at the left; elsewhere noise that shines through a little. */
  async function hiding(width: number, height: number): Promise<Sharp> {
    const pixels = await noisy(width, height, 60).raw().toBuffer();
    for (let i = 0; i < width * height; i++) {
      if (i % width < width * 0.8) pixels.set([255, 255, 255, 0], i * 4);
    }
    return sharp(pixels, { raw: { width, height, channels: 4 } });
  }

  it('keep their alpha where they are transparent, and their colours where they are all clear', async () => {
    const image = await hiding(1250, 1000);
    for (const [name, bytes] of [
      ['clear.png', await image.clone().png({ compressionLevel: 0 }).toBuffer()],
      ['clear.webp', await image.clone().webp({ lossless: true, exact: true }).toBuffer()],
    ] as const) {
      bodies = [];
      const { row, bytes: made } = await sent(name, bytes);
      const { data, info } = await sharp(made).raw().toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      expect([name, channels, row.match(SHRUNK)?.slice(1).map(Number)]).toEqual([name, 4, [width, height]]);
      expect(width / height).toBeCloseTo(1250 / 1000, 1);
      expect(made!.length).toBeLessThanOrEqual(LIMITS.maxBytes);
      const at = (x: number, y: number) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
      expect(at(3, 3)).toEqual([255, 255, 255, 0]);
      const [red, , blue, alpha] = at(width - 4, 4);
      expect(alpha).toBe(60);
      expect(blue!).toBeGreaterThan(red! + 50);
      expect(row).toMatch(
        /Backdoored.*Not opaque: judged without its transparency, where it is most suspicious/s,
      );
    }
  });

  it('tell which rendering was judged where they need not be shrunk, too', async () => {
    const image = await plain().ensureAlpha(0).png().toBuffer();
    const { row, bytes } = await sent('small.png', image);
    expect(bytes!.equals(image)).toBe(true);
    expect(row).toMatch(/Backdoored.*Not opaque: judged on white, where it is most suspicious/s);
  });

  it('are turned as their EXIF tells where they are transparent, too', async () => {
    const image = (await hiding(500, 400)).png({ compressionLevel: 0 });
    const { bytes } = await sent('turned.png', await image.withMetadata({ orientation: 6 }).toBuffer());
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect(info.width / info.height).toBeCloseTo(400 / 500, 1);
    // What was at the left is at the top.
    const alphas = [4, info.height - 4].map((y) => data[(y * info.width + 4) * 4 + 3]);
    expect(alphas).toEqual([0, 60]);
  });

  it('are JPEGs where their alpha lets nothing shine through', async () => {
    const image = await noisy(400, 300, 255).png({ compressionLevel: 0 }).toBuffer();
    const { row, bytes } = await sent('opaque.png', image);
    expect((await sharp(bytes).metadata()).format).toBe('jpeg');
    expect(row).not.toMatch(/Not opaque/);
  });

  it('are not sent where they are transparent and the browser can’t keep that', async () => {
    const clear = await (await hiding(500, 400)).png({ compressionLevel: 0 }).toBuffer();
    const opaque = await noisy(400, 300, 255).png({ compressionLevel: 0 }).toBuffer();
    const able = page;
    page = await browser.newPage();
    try {
      await page.addInitScript(`{
        const getContext = OffscreenCanvas.prototype.getContext;
        OffscreenCanvas.prototype.getContext = function (kind, ...more) {
          return kind === '2d' ? getContext.call(this, kind, ...more) : null;
        };
      }`);
      let requests = 0;
      page.on('request', (request) => {
        if (request.method() === 'POST') requests++;
      });
      await page.goto(server.url);
      await page.getByText('over 0.1 MB an image is shrunk before it is sent').waitFor();
      const { row } = await sent('not-kept.png', clear);
      expect(row).toMatch(
        /Unreadable.*too large and not opaque, and this browser can’t shrink it with its transp/s,
      );
      expect(requests).toBe(0);
      expect((await sent('kept.png', opaque)).row).toMatch(/Shrunk to .*Clean/s);
      expect(requests).toBe(1);
    } finally {
      await page.close();
      page = able;
    }
  });

  it('are refused where no part of them may be left out, and not sent', async () => {
    const frames = [await noisy(500, 400).png().toBuffer(), await noisy(500, 400).negate().png().toBuffer()];
    const moving = await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    const heic = Buffer.concat([Buffer.from('\0\0\0\x18ftypheic'), Buffer.alloc(LIMITS.maxBytes)]);
    const noise = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(LIMITS.maxBytes, 7)]);
    for (const [name, image, why] of [
      ['moving.webp', moving, 'The image is animated'],
      ['large.heic', heic, 'HEIC, none of JPEG, PNG and WebP: save it as JPEG'],
      ['noise.jpg', noise, 'too large, and this browser can’t read it to shrink it'],
      [
        'empty-png.png',
        Buffer.concat([(await plain().png().toBuffer()).subarray(0, 60), Buffer.alloc(LIMITS.maxBytes)]),
        'cut short',
      ],
    ] as const) {
      expect([name, image.length > LIMITS.maxBytes]).toEqual([name, true]);
      const { row, bytes } = await sent(name, image);
      expect(row).toContain('Unreadable');
      expect(row).toContain(why);
      expect(bytes).toBeUndefined();
    }
  });

  it('are called by their name where they are HEIC photographs of a telephone', async () => {
    const { row } = await sent('phone.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'));
    expect(row).toMatch(/Unreadable.*HEIC, none of JPEG, PNG and WebP: save it as JPEG/s);
  });

  it('are asked about in several requests where one would be too large', async () => {
    const image = await noisy(235, 235).png().toBuffer();
    expect(image.length).toBeGreaterThan(90_000);
    expect(image.length).toBeLessThan(LIMITS.maxBytes);
    const names = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png'].map((name) => join(work, name));
    for (const name of names) writeFileSync(name, image);
    await page.setInputFiles('#files', names);
    await page.getByRole('status').filter({ hasText: '5 images: 0 backdoored, 5 clean.' }).waitFor();
    expect(bodies.map(({ images }) => images.length)).toEqual([2, 2, 1]);
    for (const { length } of bodies) expect(length).toBeLessThanOrEqual(LIMITS.maxRequestBytes);
    expect(await page.locator('tbody .name').allInnerTexts()).toEqual(names.map((name) => name.slice(-5)));
    expect(bodies[0]!.images[0]!.base64).toBe(readFileSync(names[0]!).toString('base64'));
  });

  it('break nothing', () => {
    expect(faults).toEqual([]);
  });
});
