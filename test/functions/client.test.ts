import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import { createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import type * as told from '../../functions/client';
import { GoodNetClient, ServiceProblem } from '../../functions/client';
import type { Answer, Answers, ModelInfo, problemSchema } from '../../functions/schemas';
import { BLUE, colours, plain, WHITE } from './stand-in';

const TOKEN = 'the-token-of-the-client';
const classifier = { ...colours, alphas: { least: 0.001, most: 0.5 } };
const app = createApp({ classifier, tokens: parseTokens(`client:${TOKEN}`, 'here') });
const options = {
  fetch: (async (url: string, init?: RequestInit) => app.request(url, init)) as typeof fetch,
};
const client = new GoodNetClient('http://service/', { ...options, token: TOKEN });
const image = new Uint8Array(await plain(BLUE).png().toBuffer());
const trigger = new Uint8Array(await plain(WHITE, 300, 200).png().toBuffer());

describe('the client', () => {
  it('asks for one image and for many', async () => {
    expect(await client.classify(image)).toMatchObject({ class: 2, className: 'blue', alpha: 0.01 });
    expect(await client.classify(new Blob([image]), { model: 'colours', alpha: 0.5 })).toMatchObject({
      alpha: 0.5,
      backdoored: true,
    });
    const { results } = await client.classifyMany([{ name: 'a', bytes: image }, { bytes: trigger }]);
    expect(results).toMatchObject([{ name: 'a', class: 2 }, { backdoored: true }]);
  });

  it('sends images in memory that threads share, too', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(image.length));
    shared.set(image);
    expect(await client.classify(shared)).toMatchObject({ class: 2 });
  });

  it('takes options that are there, and not set', async () => {
    const open = new GoodNetClient('http://service', { ...options, token: undefined });
    await expect(open.models()).rejects.toMatchObject({ details: { status: 401 } });
    const unset = { model: undefined, alpha: undefined, detail: undefined, signal: undefined };
    expect(await client.classify(image, unset)).toMatchObject({ class: 2, alpha: 0.01 });
  });

  it('has types of its own, which the type-check holds to the schemas of the service', () => {
    expectTypeOf<told.Answer>().toEqualTypeOf<Answer>();
    expectTypeOf<told.Answers>().toEqualTypeOf<Answers>();
    expectTypeOf<told.ModelInfo>().toEqualTypeOf<ModelInfo>();
    expectTypeOf<told.ProblemDetails>().toEqualTypeOf<z.infer<typeof problemSchema>>();
  });

  it('tells of the models', async () => {
    expect(await client.models()).toEqual(['colours']);
    expect(await client.model('colours')).toMatchObject({ classes: 3, alphas: { least: 0.001 } });
  });

  it('throws what the service says', async () => {
    const problem = await client.model('a/b').catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ServiceProblem);
    expect((problem as ServiceProblem).details).toMatchObject({
      status: 404,
      type: 'urn:goodnet:problem:no-such-model',
    });
    const stranger = new GoodNetClient('http://service', options);
    await expect(stranger.models()).rejects.toMatchObject({ details: { status: 401 } });
    const broken = new GoodNetClient('http://service', {
      fetch: (async () => new Response('Bad Gateway', { status: 502 })) as typeof fetch,
    });
    await expect(broken.models()).rejects.toMatchObject({ details: { status: 502, type: 'about:blank' } });
  });
});
