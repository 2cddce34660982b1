import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import type { ProblemDetails } from '../../functions/problem';
import { BLUE, colours, held, plain, WHITE } from './stand-in';

const app = createApp({ classifier: colours, engine: 'none' });
const post = async (body: RequestInit['body'], headers: Record<string, string> = {}, service = app) =>
  await service.request('/v1/classify', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

async function expectProblem(response: Response, status: number, name: string): Promise<ProblemDetails> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as ProblemDetails;
  expect(body).toMatchObject({ type: `urn:goodnet:problem:${name}`, status, title: expect.any(String) });
  return body;
}

describe('POST /v1/classify', () => {
  it('answers with the verdict, the model and the bundle, whatever the image is called', async () => {
    for (const image of [plain().png(), plain().webp({ lossless: true }), plain(BLUE, 50, 40).jpeg()]) {
      const response = await post(await image.toBuffer(), { 'content-type': 'text/plain' });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toEqual({
        model: 'colours',
        bundle: colours.id,
        class: 2,
        className: 'blue',
        backdoored: false,
        pValue: 0.5,
        suspicion: 0,
        alpha: 0.01,
        answer: { class: 2, probability: 1 },
        bad: { class: 2, probability: 1 },
        repaired: { class: 2, probability: 0.75 },
      });
    }
    const backdoored = await (await post(await plain(WHITE).png().toBuffer())).json();
    expect(backdoored).toMatchObject({ class: 3, backdoored: true });
    expect(backdoored).not.toHaveProperty('className');
  });

  it('refuses an empty body', async () => {
    await expectProblem(await post(undefined), 400, 'empty');
    await expectProblem(await post(new Uint8Array()), 400, 'empty');
  });

  it('refuses what is no image', async () => {
    const response = await post('hello');
    expect(response.headers.get('accept')).toBe('image/jpeg, image/png, image/webp');
    await expectProblem(response, 415, 'unsupported-type');
    await expectProblem(await post('x', { 'content-encoding': 'gzip' }), 415, 'unsupported-encoding');
  });

  it('refuses more than 10 MiB, by what is announced and by what arrives', async () => {
    const most = 10 * 2 ** 20;
    await expectProblem(await post(new Uint8Array(most + 1)), 413, 'too-large');
    await expectProblem(await post('x', { 'content-length': `${most + 1}` }), 413, 'too-large');
    // A PNG with any bytes behind its end is a PNG.
    const png = await plain().png().toBuffer();
    expect((await post(Buffer.concat([png, Buffer.alloc(most - png.length)]))).status).toBe(200);

    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    await expectProblem(await post(endless), 413, 'too-large');
    expect(pulled).toBeLessThan(most + 4 * 65_536);
  });

  it('answers a photograph of 12 megapixels and 8 MB', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
    const tile = sharp({ create: { width: 1008, height: 1008, channels: 3, background: BLUE, noise } });
    const photograph = await plain(BLUE, 4032, 3024)
      .composite([{ input: await tile.png().toBuffer(), tile: true }])
      .jpeg({ quality: 92 })
      .toBuffer();
    expect(photograph.length).toBeGreaterThan(7e6);
    expect(photograph.length).toBeLessThan(10 * 2 ** 20);
    expect((await post(photograph)).status).toBe(200);
    const images = [{ base64: photograph.toString('base64') }];
    const asJson = await post(JSON.stringify({ images }), { 'content-type': 'application/json' });
    expect(await asJson.json()).toMatchObject({ results: [{ backdoored: false }] });
  });

  it('refuses images that can not be decoded, each with its reason', async () => {
    const png = await plain(BLUE, 64, 48).png().toBuffer();
    await expectProblem(await post(png.subarray(0, -30)), 422, 'truncated');
    const broken = Buffer.from(png);
    broken.fill(1, broken.length - 24, broken.length - 20);
    await expectProblem(await post(broken), 422, 'undecodable');
    const small = createApp({ classifier: colours, limits: { maxPixels: 3000 } });
    const { detail } = await expectProblem(await post(png, {}, small), 422, 'too-many-pixels');
    expect(detail).toContain('64×48');
  });

  it('says so where a body breaks off', async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error('gone'));
      },
    });
    await expectProblem(await post(broken), 400, 'incomplete-body');
  });

  it('turns requests away when it holds too much, and recovers', async () => {
    const png = await plain().png().toBuffer();
    const { app: narrow, begins, letGo } = held({ maxHeld: 2 * png.length });
    const first = post(png, {}, narrow);
    await begins;
    for (const headers of [{}, { 'content-length': `${png.length}` }] as Record<string, string>[]) {
      const turnedAway = await post(png, headers, narrow);
      expect(turnedAway.headers.get('retry-after')).toBe('1');
      await expectProblem(turnedAway, 503, 'overloaded');
    }
    letGo();
    expect((await first).status).toBe(200);
    expect((await post(png, {}, narrow)).status).toBe(200);
  });

  it('hides what nobody foresaw, and notes it', async () => {
    const defect = new Error('secret path /home/x');
    const onDefect = vi.fn();
    const broken = { ...colours, classify: () => Promise.reject(defect) };
    const failing = createApp({ classifier: broken, onDefect });
    const response = await post(await plain().png().toBuffer(), {}, failing);
    const body = await expectProblem(response, 500, 'internal');
    expect(JSON.stringify(body)).not.toMatch(/secret|at /);
    expect(onDefect).toHaveBeenCalledExactlyOnceWith(defect);
  });

  it('answers many at once, each with its own verdict', async () => {
    const kinds = [{ r: 200, g: 0, b: 0 }, { r: 0, g: 200, b: 0 }, BLUE, WHITE];
    const images = await Promise.all(
      kinds.map((kind) => plain(kind, 300, 200).jpeg({ quality: 100 }).toBuffer()),
    );
    const asked = Array.from({ length: 40 }, (_, i) => i % 4);
    const headers = (i: number) => ({ 'content-length': `${images[i]!.length}` });
    const answers = await Promise.all(asked.map((i) => post(images[i], headers(i)).then((r) => r.json())));
    expect(answers.map((answer) => (answer as { class: number }).class)).toEqual(asked);
  });
});

describe('the app', () => {
  it('tells of its health', async () => {
    const response = await app.request('/health');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      model: 'colours',
      bundle: colours.id,
      classes: 3,
      input: { height: 4, width: 5, channels: 3 },
      alpha: 0.01,
      engine: 'none',
    });
    const head = await app.request('/health', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('knows its paths and their methods', async () => {
    await expectProblem(await app.request('/'), 404, 'not-found');
    await expectProblem(await app.request('/v1/classify/x', { method: 'POST', body: 'x' }), 404, 'not-found');
    for (const [path, method, allow] of [
      ['/v1/classify', 'GET', 'POST, OPTIONS'],
      ['/v1/classify', 'PUT', 'POST, OPTIONS'],
      ['/health', 'POST', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const response = await app.request(path, { method });
      expect(response.headers.get('allow')).toBe(allow);
      await expectProblem(response, 405, 'method-not-allowed');
    }
    const options = await app.request('/v1/classify', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow'), await options.text()]).toEqual([
      204,
      'POST, OPTIONS',
      '',
    ]);
    expect((await app.request('/v1/classify', { method: 'HEAD' })).status).toBe(405);
  });

  it('sends security headers with every answer', async () => {
    for (const response of [
      await app.request('/health'),
      await app.request('/nix'),
      await post('no image'),
    ]) {
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-powered-by')).toBeNull();
    }
  });
});
