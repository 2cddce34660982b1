import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import { lambdaHandler } from '../../functions/lambda/http';
import { colours, plain } from './stand-in';

const classifier = { ...colours, alphas: { least: 0.001, most: 0.5 } };
const onDefect = vi.fn();
const app = createApp({ classifier, onDefect });
const image = await plain().png().toBuffer();
const tensor = JSON.stringify({
  inputs: [{ name: 'images', shape: [1, 4, 5, 3], datatype: 'UINT8', data: Array(60).fill(9) }],
});

async function ask(query: string, path = '/v1/classify') {
  const body = path.endsWith('infer') ? tensor : image;
  const response = await app.request(`${path}?${query}`, { method: 'POST', body });
  const { type, detail } = (await response.json()) as { type?: string; detail?: string };
  return { status: response.status, problem: type?.split(':').at(-1), detail };
}

describe('a query', () => {
  it.each([
    ['Alpha=0.05', 'Alpha'],
    ['alpha=0.05&aplha=0.05', 'aplha'],
    ['%61lpha%20=0.05', 'alpha '],
    ['__proto__=1', '__proto__'],
    ['constructor', 'constructor'],
  ])('of something unknown is refused: %s', async (query, name) => {
    for (const path of ['/v1/classify', '/v1/models/colours/classify']) {
      expect(await ask(query, path)).toEqual({
        status: 400,
        problem: 'malformed',
        detail: `There is no query parameter ${name}; there are alpha and detail.`,
      });
    }
  });

  it('says one thing once', async () => {
    for (const query of ['alpha=0.5&alpha=0.01', 'detail=1&detail=1', 'alpha=0.5&%61lpha=0.5']) {
      expect(await ask(query)).toMatchObject({ status: 400, detail: expect.stringContaining('given twice') });
    }
  });

  it('has nothing to say to a client of the Open Inference Protocol', async () => {
    const path = '/v2/models/colours/infer';
    expect(await ask('alpha=0.05', path)).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/no query parameter alpha; there is none/),
    });
    expect((await ask('', path)).status).toBe(200);
  });

  it('is answered as it was', async () => {
    const signed = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=ab';
    for (const query of ['', '&', 'alpha=0.05', 'alpha=.05&detail=2', 'alpha=5e-2', 'detail=0', signed]) {
      expect([query, (await ask(query)).status]).toEqual([query, 200]);
    }
  });

  it('is looked at no further than a number or a query may be long', async () => {
    const digits = '1'.repeat(8000);
    expect(await ask(`alpha=0.${'0'.repeat(80)}1`)).toMatchObject({ status: 400, problem: 'unusable-alpha' });
    expect(await ask(`alpha=0.05${'0'.repeat(80)}`)).toMatchObject({ problem: 'unusable-alpha' });
    expect(await ask(`alpha=${digits}`)).toMatchObject({ status: 400, problem: 'unusable-alpha' });
    const told = await ask('x'.repeat(8000));
    expect([told.status, told.detail!.length < 300]).toEqual([400, true]);
    for (const query of [`alpha=${'1'.repeat(1e6)}x`, '&'.repeat(1e6), 'a=1&'.repeat(1e5)]) {
      expect(await ask(query)).toMatchObject({ detail: 'The query is longer than 8192 characters.' });
      for (const path of ['/health', '/v1/models', '/nix', '/']) {
        expect((await app.request(`${path}?${query}`)).status).toBe(400);
      }
    }
    expect(onDefect).not.toHaveBeenCalled();
  });

  it('is refused on Lambda, too', async () => {
    const http = { method: 'POST', path: '/v1/classify', sourceIp: '192.0.2.1', protocol: 'HTTP/1.1' };
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/v1/classify',
      rawQueryString: 'Alpha=0.05',
      headers: { 'content-type': 'image/png' },
      requestContext: { http, domainName: 'x.example' },
      body: image.toString('base64'),
      isBase64Encoded: true,
    };
    const answer = (of: object) => lambdaHandler(app)(of as Parameters<ReturnType<typeof lambdaHandler>>[0]);
    expect(await answer(event)).toMatchObject({ statusCode: 400 });
    expect(await answer({ ...event, rawQueryString: 'alpha=0.05' })).toMatchObject({ statusCode: 200 });
  });
});
