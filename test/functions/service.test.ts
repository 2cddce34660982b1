import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { fixedCatalogue } from '../../functions/catalogue/fixed';
import type { Classifier } from '../../functions/classifier';
import { prometheus } from '../../functions/observe/prometheus';
import { Problem } from '../../functions/problem';
import { manyAnswersSchema, modelSchema, oneAnswerSchema } from '../../functions/schemas';
import { BLUE, colours, plain, WHITE } from './stand-in';

const chosen: Classifier = { ...colours, alphas: { least: 0.002, most: 0.5 } };
const other: Classifier = { ...colours, model: 'other', id: 'cd'.repeat(32) };
const app = createApp({ catalogue: fixedCatalogue([chosen]), metrics: prometheus() });
const blue = await plain(BLUE).png().toBuffer();
const white = await plain(WHITE).png().toBuffer();
const bytesOf = (buffer: Buffer) => new Uint8Array(buffer);

const post = (path: string, body: RequestInit['body'], headers: Record<string, string> = {}, service = app) =>
  service.request(path, { method: 'POST', body, headers });
const postJson = (body: unknown, path = '/v1/classify', service = app) =>
  post(path, JSON.stringify(body), { 'content-type': 'application/json' }, service);
const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return ((await response.json()) as { type: string; detail: string }).type.replace(
    'urn:goodnet:problem:',
    '',
  );
};

describe('several images', () => {
  it('come as a form, and are answered in order, a bad one with its error', async () => {
    const form = new FormData();
    form.append('images', new Blob([bytesOf(blue)]), 'a b.png');
    form.append('images', new Blob(['no image']), 'x.txt');
    form.append('more', new Blob([bytesOf(white)]), 'ü.png');
    form.append('note', 'not a file');
    const response = await post('/v1/classify', form);
    expect(response.status).toBe(200);
    const answer = manyAnswersSchema.parse(await response.json());
    expect(answer.results).toMatchObject([
      { name: 'a b.png', class: 2, className: 'blue', backdoored: false },
      { name: 'x.txt', error: { type: 'urn:goodnet:problem:unsupported-type', status: 415 } },
      { name: 'ü.png', class: 3, backdoored: true },
    ]);
  });

  it('come as JSON', async () => {
    const images = [{ name: 'one', base64: blue.toString('base64') }, { base64: '%%%' }, { base64: '' }];
    const answer = manyAnswersSchema.parse(await (await postJson({ images })).json());
    expect(answer.results).toMatchObject([
      { name: 'one', class: 2 },
      { error: { type: 'urn:goodnet:problem:malformed' } },
      { error: { type: 'urn:goodnet:problem:empty' } },
    ]);
  });

  it('come from the store of uploads where there is one', async () => {
    const images = [
      { s3: { bucket: 'b', key: 'a+b c.png', versionId: 'v' } },
      { s3: { bucket: 'b', key: 'gone' } },
    ];
    expect(await problemOf(await postJson({ images }))).toBe('no-uploads');
    const asked: unknown[] = [];
    const withStore = createApp({
      classifier: chosen,
      fetchObject: async (object, maxBytes) => {
        asked.push([object, maxBytes]);
        if (object.key === 'gone') throw new Problem('no-such-object', 'It is not there.');
        return bytesOf(white);
      },
    });
    const answer = manyAnswersSchema.parse(
      await (await postJson({ images }, '/v1/classify', withStore)).json(),
    );
    expect(answer.results).toMatchObject([
      { name: 'a+b c.png', backdoored: true },
      { name: 'gone', error: { status: 404 } },
    ]);
    expect(asked[0]).toEqual([{ bucket: 'b', key: 'a+b c.png', versionId: 'v' }, 10 * 2 ** 20]);
  });

  it('are fetched few at once, however many requests name however many', async () => {
    let running = 0;
    let most = 0;
    const app = createApp({
      classifier: chosen,
      limits: { maxFetched: 3 },
      fetchObject: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        return bytesOf(white);
      },
    });
    const images = Array.from({ length: 20 }, (_, i) => ({ s3: { bucket: 'b', key: `${i}.png` } }));
    const requests = Array.from({ length: 3 }, () => postJson({ images }, '/v1/classify', app));
    for (const response of await Promise.all(requests))
      expect(manyAnswersSchema.parse(await response.json()).results).toHaveLength(20);
    expect(most).toBe(3);
  });

  it('are refused where they are too many, none, or no JSON', async () => {
    const many = Array.from({ length: 65 }, () => ({ base64: '' }));
    expect(await problemOf(await postJson({ images: many }))).toBe('too-many-images');
    for (const body of [{}, { images: [] }, { images: [{ url: 'x' }] }, 'text', null]) {
      const response = await postJson(body);
      expect(response.status).toBe(400);
      expect(await problemOf(response)).toBe('malformed');
    }
    expect(await problemOf(await post('/v1/classify', '{', { 'content-type': 'application/json' }))).toBe(
      'malformed',
    );
    const damaged = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(await problemOf(await post('/v1/classify', 'nothing', damaged))).toBe('malformed');
    expect(await problemOf(await post('/v1/classify', new FormData()))).toMatch(/empty|malformed/);
  });
});

describe('?alpha= and ?detail=', () => {
  it('judges at another rate', async () => {
    const answer = oneAnswerSchema.parse(await (await post('/v1/classify?alpha=0.5', bytesOf(blue))).json());
    expect(answer).toMatchObject({ alpha: 0.5, backdoored: true, class: 3, pValue: 0.5 });
    expect(answer.className).toBeUndefined();
  });

  it('refuses what can not be had, and tells the range', async () => {
    for (const alpha of ['0.001', '0.51', '0', '-1', 'x', 'NaN', '']) {
      const response = await post(`/v1/classify?alpha=${alpha}`, bytesOf(blue));
      expect(response.status).toBe(400);
      const { type, detail } = (await response.json()) as { type: string; detail: string };
      expect(type).toContain('unusable-alpha');
      expect(detail).toContain('between 0.002 and 0.5');
    }
    for (const least of [1 / 577, 1 / 1427, 1 / 193]) {
      const app = createApp({ classifier: { ...colours, alphas: { least, most: 0.5 } } });
      const { detail } = (await (await post('/v1/classify?alpha=0', bytesOf(blue), {}, app)).json()) as {
        detail: string;
      };
      const told = /between (\S+) and/.exec(detail)![1]!;
      expect(Number(told) / least).toBeLessThan(1.01);
      expect((await post(`/v1/classify?alpha=${told}`, bytesOf(blue), {}, app)).status).toBe(200);
    }
    const disagreement = createApp({ classifier: colours });
    const refused = await post('/v1/classify?alpha=0.1', bytesOf(blue), {}, disagreement);
    expect(await problemOf(refused)).toBe('unusable-alpha');
    for (const detail of ['-1', '101', 'x', '1.5']) {
      expect(await problemOf(await post(`/v1/classify?detail=${detail}`, bytesOf(blue)))).toBe('malformed');
    }
  });

  it('asks the model for as many classes', async () => {
    let asked: number | undefined;
    const asking: Classifier = {
      ...chosen,
      classify: (pixels, count, top) => {
        asked = top;
        return chosen.classify(pixels, count);
      },
    };
    await post('/v1/classify?detail=7', bytesOf(blue), {}, createApp({ classifier: asking }));
    expect(asked).toBe(7);
  });
});

describe('models', () => {
  const both = createApp({ catalogue: fixedCatalogue([chosen, other]) });

  it('are listed and told', async () => {
    expect(await (await both.request('/v1/models')).json()).toEqual({ models: ['colours', 'other'] });
    const response = await both.request('/v1/models/other');
    expect(modelSchema.parse(await response.json())).toMatchObject({
      model: 'other',
      bundle: other.id,
      classes: 3,
      limits: { imageBytes: 10 * 2 ** 20, imagePixels: 25e6, requestBytes: 20 * 2 ** 20, requestImages: 64 },
    });
    const tag = response.headers.get('etag')!;
    const again = await both.request('/v1/models/other', { headers: { 'if-none-match': tag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    for (const path of ['/docs', '/openapi.json', '/v1/models']) {
      const told = await both.request(path);
      const headers = { 'if-none-match': told.headers.get('etag')! };
      expect([path, (await both.request(path, { headers })).status]).toEqual([path, 304]);
    }
  });

  it('are chosen by name', async () => {
    expect(await (await post('/v1/models/other/classify', bytesOf(blue), {}, both)).json()).toMatchObject({
      model: 'other',
    });
    expect(await problemOf(await post('/v1/classify', bytesOf(blue), {}, both))).toBe('name-a-model');
    const missing = await post('/v1/models/nix/classify', bytesOf(blue), {}, both);
    expect([missing.status, await problemOf(missing)]).toEqual([404, 'no-such-model']);
    expect((await both.request('/v1/models/nix')).status).toBe(404);
    const empty = createApp({ catalogue: fixedCatalogue([]) });
    const ready = await empty.request('/health/ready');
    expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '10']);
    expect((await empty.request('/health/live')).status).toBe(200);
  });
});

describe('for operators', () => {
  it('gives every request an id, its own where it brings one', async () => {
    const made = (await app.request('/health')).headers.get('x-request-id');
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
    const brought = await app.request('/nix', { headers: { 'x-request-id': 'mine-1' } });
    expect(brought.headers.get('x-request-id')).toBe('mine-1');
  });

  it('answers pages of other origins only where it is told to', async () => {
    const headers = { origin: 'https://a.example' };
    expect(
      (await app.request('/v1/models', { headers })).headers.get('access-control-allow-origin'),
    ).toBeNull();
    const open = createApp({ classifier: chosen, origins: ['https://a.example'] });
    const answered = await open.request('/v1/models', { headers });
    expect(answered.headers.get('access-control-allow-origin')).toBe('https://a.example');
    const strange = await open.request('/v1/models', { headers: { origin: 'https://b.example' } });
    expect(strange.headers.get('access-control-allow-origin')).toBeNull();
    const refused = await open.request('/nix', { headers });
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://a.example');
    const preflight = await open.request('/v1/classify', {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect([
      preflight.status,
      preflight.headers.get('access-control-allow-methods'),
      preflight.headers.get('access-control-allow-headers'),
    ]).toEqual([204, 'GET,HEAD,POST', 'authorization']);
    // What is no preflight is told what the path takes.
    const options = await open.request('/v1/classify', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
  });

  it('tells how familiar a picture is, and counts those that are not', async () => {
    const classifier: Classifier = {
      ...chosen,
      classify: async (pixels, count) =>
        (await chosen.classify(pixels, count)).map((verdict) => ({
          ...verdict,
          familiarity: verdict.backdoored ? 0.004 : 0.6,
          unfamiliar: verdict.backdoored,
        })),
    };
    const counted = createApp({ classifier, metrics: prometheus() });
    for (const [image, told] of [
      [blue, { familiarity: 0.6, unfamiliar: false }],
      [white, { familiarity: 0.004, unfamiliar: true }],
    ] as const) {
      const answer = await (await post('/v1/classify', bytesOf(image), {}, counted)).json();
      expect(answer).toMatchObject(told);
      expect(oneAnswerSchema.parse(answer)).toMatchObject(told);
    }
    const text = await (await counted.request('/metrics')).text();
    expect(text).toContain('goodnet_unfamiliar_total{model="colours"} 1');
  });

  it('counts verdicts, p-values and times, by route and not by path', async () => {
    const counted = createApp({ classifier: chosen, metrics: prometheus() });
    for (const image of [blue, white, blue]) await post('/v1/classify', bytesOf(image), {}, counted);
    await post('/v1/models/colours/classify', bytesOf(blue), {}, counted);
    await counted.request('/some/path/of/nothing');
    const text = await (await counted.request('/metrics')).text();
    expect(text).toContain('goodnet_verdicts_total{model="colours",flagged="false"} 3');
    expect(text).toContain('goodnet_verdicts_total{model="colours",flagged="true"} 1');
    expect(text).toContain('goodnet_p_value_bucket{le="0.1",model="colours"} 1');
    expect(text).toContain('goodnet_stage_seconds_count{stage="decode"} 4');
    expect(text).toContain(
      'goodnet_request_seconds_count{route="/v1/models/:model/classify",method="POST",status="200"} 1',
    );
    expect(text).not.toContain('of/nothing');
    // Where it can't be told, 0 would say that it is looked at.
    expect(text).not.toContain('goodnet_unfamiliar_total{');
  });
});
