import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { parseTokens } from '../../functions/auth/tokens';
import { GoodNetClient, ServiceProblem } from '../../functions/client';
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
