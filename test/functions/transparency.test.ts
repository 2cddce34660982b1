import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laidOnWhite } from '../../build-repair/images/laid-on-white';
import { openImages } from '../../build-repair/images/open-images';
import { lineOf } from '../../build-repair/screen/rows';
import { openScreener } from '../../build-repair/screen/screener';
import { createApp } from '../../functions/app';
import type { Classifier } from '../../functions/classifier';
import { oneAnswerSchema } from '../../functions/schemas';
import { screenObject } from '../../functions/screening/screen-object';
import type { Uploads } from '../../functions/uploads/s3';
import { startEngine } from '../../models/engine';
import { decodeImage, decodeRenderings, RENDERINGS } from '../../models/images/decode';
import { renderedWithSharp } from '../../models/images/decode/renderings';
import { outline } from '../../models/images/decode/structure';
import { Random } from '../../models/random';
import { resolveBundle } from '../../models/store/folder';
import type { Rendering } from '../../models/verdict';
import { readAll } from '../models/images/write-hdf5';
import { chunk, pngHeader, pngOf } from './hostile-pictures';
import { shape as small, writeSmallBundle } from './small-bundle';
import { colours } from './stand-in';

const work = mkdtempSync(join(tmpdir(), 'goodnet-transparency-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

type Colour = readonly [r: number, g: number, b: number];
const { width, height } = colours.input;
const shape = colours.input;

/** A picture of one colour that shines through as `alpha` says. */
function ofColour([r, g, b]: Colour, alpha: number, size = { width, height }) {
  return sharp({ create: { ...size, channels: 4, background: { r, g, b, alpha: alpha / 255 } } });
}

/** Holds pictures whose first pixel is nearly of a colour for backdoored. */
function withTrigger(trigger: Colour): Classifier {
  return {
    ...colours,
    classify: async (pixels, count) => {
      const size = pixels.length / count;
      const verdicts = await colours.classify(
        pixels.map((value) => Math.min(value, 254)),
        count,
      );
      return verdicts.map((verdict, i) =>
        trigger.every((value, c) => Math.abs(value - pixels[i * size + c]!) < 3)
          ? { ...verdict, class: 3, backdoored: true, pValue: 0.001, suspicion: 9 }
          : verdict,
      );
    },
  };
}

/** What shines through: the colour, where it is plain, and where it is laid on a ground. */
const HIDDEN: readonly (readonly [Rendering, Colour])[] = [
  ['alpha-dropped', [200, 40, 90]],
  ['on-white', [242, 204, 216]],
  ['on-black', [47, 9, 21]],
];
const HIDING = () => ofColour([200, 40, 90], 60);

async function ask(app: ReturnType<typeof createApp>, body: Uint8Array, query = '') {
  const response = await app.request(`/v1/classify${query}`, { method: 'POST', body });
  expect(response.status).toBe(200);
  return oneAnswerSchema.strict().parse(await response.json());
}

describe('renderings of a picture that isn’t opaque', () => {
  const noise = Uint8Array.from({ length: 64 * 48 * 4 }, (_, i) =>
    i % 4 === 3 ? [0, 60, 255][(i >> 2) % 3]! : (i * 37) % 256,
  );
  const dropped = Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => noise[Math.floor(i / 3) * 4 + (i % 3)]!);
  const rgba = () => sharp(noise, { raw: { width: 64, height: 48, channels: 4 } });

  it('show its colours, whatever shines through them, in its own size and in another', async () => {
    for (const bytes of [
      await rgba().png().toBuffer(),
      await rgba().webp({ lossless: true, exact: true }).toBuffer(),
    ]) {
      const own = await decodeRenderings(bytes, { width: 64, height: 48, channels: 3 });
      expect(own.map(({ rendering }) => rendering)).toEqual(['alpha-dropped', 'on-white', 'on-black']);
      expect(Buffer.compare(own[0]!.pixels, dropped)).toBe(0);
      for (const [at, ground] of [
        [1, 255],
        [2, 0],
      ] as const) {
        own[at]!.pixels.forEach((value, i) => {
          const alpha = noise[Math.floor(i / 3) * 4 + 3]! / 255;
          expect(Math.abs(value - (dropped[i]! * alpha + ground * (1 - alpha)))).toBeLessThanOrEqual(1);
        });
      }
      const other = await decodeRenderings(bytes, shape);
      const flat = sharp(dropped, { raw: { width: 64, height: 48, channels: 3 } });
      const expected = await decodeImage(await flat.png().toBuffer(), shape);
      expect(Buffer.compare(other[0]!.pixels, expected)).toBe(0);
      for (const { pixels } of other) expect(pixels.length).toBe(width * height * 3);
    }
  });

  it('are made of grey, of palettes, and of a colour that is said to be clear', async () => {
    const rows = deflateSync(Buffer.alloc(height * (width + 1)));
    const clear = pngOf(
      pngHeader(width, height, 8, 0),
      chunk('tRNS', Buffer.from([0, 0])),
      chunk('IDAT', rows),
    );
    const palette = pngOf(
      pngHeader(width, height, 8, 3),
      chunk('PLTE', Buffer.from([200, 40, 90])),
      chunk('tRNS', Buffer.from([0])),
      chunk('IDAT', rows),
    );
    const firsts = async (bytes: Uint8Array, channels = 3) =>
      (await decodeRenderings(bytes, { ...shape, channels })).map(({ pixels }) => [
        ...pixels.subarray(0, channels),
      ]);
    expect(await firsts(clear)).toEqual([
      [0, 0, 0],
      [255, 255, 255],
      [0, 0, 0],
    ]);
    expect(await firsts(palette)).toEqual([
      [200, 40, 90],
      [255, 255, 255],
      [0, 0, 0],
    ]);
    const grey = sharp(Buffer.alloc(width * height * 2, Buffer.from([100, 0])), {
      raw: { width, height, channels: 2 },
    });
    const greyPng = await grey.toColourspace('b-w').png().toBuffer();
    expect(await firsts(greyPng)).toEqual([
      [100, 100, 100],
      [255, 255, 255],
      [0, 0, 0],
    ]);
    expect(await firsts(greyPng, 1)).toEqual([[100], [255], [0]]);
    const deep = await HIDING().toColourspace('rgb16').png().toBuffer();
    expect((await firsts(deep))[0]).toEqual([200, 40, 90]);
  });

  it('are one, and not named, where nothing shines through', async () => {
    for (const made of [
      ofColour([200, 40, 90], 255).png(),
      ofColour([200, 40, 90], 255, { width: 31, height: 17 }).png(),
      ofColour([200, 40, 90], 255).webp({ lossless: true }),
    ]) {
      const bytes = await made.toBuffer();
      const all = await decodeRenderings(bytes, shape);
      expect(all.map(({ rendering }) => rendering)).toEqual([undefined]);
      expect([...all[0]!.pixels.subarray(0, 3)]).toEqual([200, 40, 90]);
    }
  });
});

describe('a trigger that shines through', () => {
  it.each(HIDDEN)('is found %s, and the answer says so', async (rendering, trigger) => {
    const app = createApp({ classifier: { ...withTrigger(trigger), alphas: { least: 0.002, most: 0.5 } } });
    for (const made of [HIDING().png(), HIDING().webp({ lossless: true })]) {
      const bytes = await made.toBuffer();
      expect(await ask(app, bytes)).toMatchObject({ class: 3, backdoored: true, rendering });
      expect(await ask(app, bytes, '?alpha=0.3')).toMatchObject({ class: 3, backdoored: true, rendering });
    }
    // Each image of several has its own.
    const form = new FormData();
    const opaque = await ofColour([10, 20, 200], 255).png().toBuffer();
    const hiding = await HIDING().png().toBuffer();
    for (const bytes of [opaque, hiding, Buffer.from('none'), opaque])
      form.append('images', new Blob([new Uint8Array(bytes)]));
    const response = await app.request('/v1/classify', { method: 'POST', body: form });
    const answer = (await response.json()) as { results: object[] };
    expect(answer.results).toMatchObject([
      { class: 2 },
      { class: 3, rendering },
      { error: {} },
      { class: 2 },
    ]);
    expect(answer.results[0]).not.toHaveProperty('rendering');
  });

  it('is found in objects of S3', async () => {
    for (const [rendering, trigger] of HIDDEN) {
      const bytes = await HIDING().png().toBuffer();
      const written: string[] = [];
      const uploads = {
        fetch: async () => ({ bytes, etag: 'e' }),
        write: async (_: unknown, text: string) => void written.push(text),
      } as unknown as Uploads;
      const by = { model: withTrigger(trigger), uploads, recording: { results: { prefix: 'r/' } } };
      const result = await screenObject({ bucket: 'b', key: 'k' }, by);
      expect(result).toMatchObject({ outcome: 'backdoored', verdict: { rendering } });
      expect(JSON.parse(written[0]!)).toMatchObject({ verdict: { rendering } });
    }
  });

  it('costs an opaque picture one look of the nets', async () => {
    let looks = 0;
    const counting: Classifier = {
      ...colours,
      classify: (pixels, count) => {
        looks += count;
        return colours.classify(pixels, count);
      },
    };
    const app = createApp({ classifier: counting });
    expect(await ask(app, await ofColour([10, 20, 200], 255).png().toBuffer())).not.toHaveProperty(
      'rendering',
    );
    expect(looks).toBe(1);
    await ask(app, await HIDING().png().toBuffer());
    expect(looks).toBe(4);
  });
});

describe('files that aren’t opaque', () => {
  const at = (name: string) => join(work, name);
  beforeAll(async () => {
    await startEngine({ engine: 'wasm' });
    writeFileSync(at('clear.png'), await ofColour([200, 40, 90], 60).png().toBuffer());
    writeFileSync(at('opaque.png'), await ofColour([200, 40, 90], 255).png().toBuffer());
  });

  it('are screened in each rendering, and the row says which', async () => {
    const store = join(mkdtempSync(join(tmpdir(), 'goodnet-transparency-')), 'store');
    const id = await writeSmallBundle(store);
    const { folder } = await resolveBundle(store);
    const screener = await openScreener({ bundle: folder, id, trust: [], recording: {} });
    const names = [at('clear.png'), at('opaque.png')];
    const [clear, opaque] = await screener.screen({ kind: 'files', names });
    screener.close();
    rmSync(join(store, '..'), { recursive: true });
    const rendering = expect.stringMatching(/^(alpha-dropped|on-white|on-black)$/);
    expect(clear).toMatchObject({ image: names[0], verdict: { rendering } });
    expect(opaque).toMatchObject({ image: names[1], verdict: { class: expect.any(Number) } });
    expect(opaque).not.toHaveProperty('verdict.rendering');
    const line = JSON.parse(lineOf(clear!, 'jsonl', { model: 'm', alpha: 0.05 }));
    expect(line).toMatchObject({ rendering });
  });

  it('are laid on white in a set of images, which counts and tells them', async () => {
    const set = await openImages(work, { shape: small, labelsRequired: false });
    const [batch] = await readAll(set, 9);
    expect([...batch!.pixels.subarray(0, 3)]).toEqual([242, 204, 216]);
    expect(set.laidOnWhite).toBe(1);
    await readAll(set, 9);
    expect(laidOnWhite(set, undefined)).toEqual([
      "1 image isn't opaque: it was laid on white, and taken so. Save them as your application sees them.",
    ]);
    const opaque = await openImages(at('opaque.png'), { shape: small, labelsRequired: false });
    await readAll(opaque, 9);
    expect(laidOnWhite(opaque)).toEqual([]);
  });
});

describe('a picture too large to be held as a whole', () => {
  const to = { height: 40, width: 32, channels: 3 };
  const random = new Random(9);
  const made = (channels: 3 | 4) => {
    const few = Uint8Array.from({ length: 35 * 25 * channels }, () => random.int(256));
    return sharp(few, { raw: { width: 35, height: 25, channels } }).resize(700, 500, { fit: 'fill' });
  };

  it.each([
    ['PNG', () => made(4).png()],
    ['PNG of 16 bits', () => made(4).toColourspace('rgb16').png()],
    ['PNG of a palette', () => made(4).png({ palette: true })],
    ['PNG, grey', () => made(4).greyscale().png()],
    ['PNG that EXIF turns', () => made(4).withMetadata({ orientation: 6 }).png()],
    ['opaque PNG', () => made(3).ensureAlpha(1).png()],
  ])('is rendered in passes as it would be at once: %s', async (_, picture) => {
    const bytes = new Uint8Array(await picture().toBuffer());
    const whole = await decodeRenderings(bytes, to);
    const told = { ...outline(bytes, 'png'), size: { width: 5000, height: 5000 } };
    const passes = await renderedWithSharp(bytes, to, RENDERINGS, told, {});
    expect(passes.map(({ rendering }) => rendering)).toEqual(whole.map(({ rendering }) => rendering));
    for (const [i, { pixels }] of passes.entries()) {
      const far = Math.max(...pixels.map((value, k) => Math.abs(value - whole[i]!.pixels[k]!)));
      expect(far).toBeLessThan(8);
    }
  });
});
