import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { startServer } from '../../functions/server';
import { isLoopback } from '../../functions/this-machine';
import { colours } from './stand-in';

const OURS = [
  'localhost',
  'LOCALHOST:8080',
  'localhost.:1',
  'demo.localhost',
  '127.0.0.1',
  '127.0.0.1:65535',
];
const OURS_TOO = ['127.1.2.3:80', '[::1]', '[::1]:8080', '[0:0:0:0:0:0:0:1]:8080'];
const OTHERS = ['evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example'];
const OTHERS_TOO = [
  '127.evil.example',
  '0.0.0.0:8080',
  '192.0.2.1',
  '[::2]:80',
  'localhost@evil.example',
  'x',
];

const app = createApp({ classifier: colours, isForThisMachine: true, origins: ['*'] });

it.each([...OURS, ...OURS_TOO])('a request for %s is for this machine', async (host) => {
  for (const path of ['/health', '/v2', '/v1/models']) {
    expect((await app.request(path, { headers: { host } })).status).toBe(200);
  }
});

it.each([...OTHERS, ...OTHERS_TOO, ''])('a request for "%s" is not', async (host) => {
  for (const [method, path] of [
    ['GET', '/health'],
    ['GET', '/v2'],
    ['POST', '/v1/classify'],
    ['GET', '/openapi.json'],
    ['GET', '/nix'],
    ['OPTIONS', '/v1/classify'],
  ] as const) {
    const response = await app.request(path, { method, headers: { host } });
    expect([path, response.status]).toEqual([path, 421]);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const body = await response.json();
    expect(body).toMatchObject({ type: 'urn:goodnet:problem:misdirected', status: 421 });
    if (path === '/v2') expect(body).toMatchObject({ error: expect.stringContaining('--tokens') });
  }
});

it('a service that is not for this machine alone is asked by any name', async () => {
  const open = createApp({ classifier: colours });
  expect((await open.request('/health', { headers: { host: 'faces.example' } })).status).toBe(200);
});

it('the name is that of the Host header, as it comes over HTTP', async () => {
  const server = await startServer({ app, host: '127.0.0.1', port: 0 });
  const statusOf = async (headers: Record<string, string>, path = '/health') => {
    const { hostname, port } = new URL(server.url);
    const sending = request({ hostname, port, path, headers }).end();
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  try {
    expect(await statusOf({})).toBe(200);
    expect(await statusOf({ host: 'evil.example' })).toBe(421);
    expect(await statusOf({ host: 'evil.example', 'x-forwarded-host': 'localhost' })).toBe(421);
    expect(await statusOf({ host: 'evil.example' }, 'http://localhost/health')).toBe(421);
  } finally {
    await server.close();
  }
});

it('loopback addresses are known by their numbers', () => {
  for (const name of ['localhost', '127.0.0.1', '127.255.0.9', '::1'])
    expect([name, isLoopback(name)]).toEqual([name, true]);
  for (const name of ['0.0.0.0', '::', '128.0.0.1', '127.1', ''])
    expect([name, isLoopback(name)]).toEqual([name, false]);
});
