import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { trustOf } from '../../build-repair/cli/trust';
import { startEngine } from '../../models/engine';
import { s3Client } from '../../models/store/s3-files';
import { goodnet, printed, start } from '../end-to-end/cli';
import { hasS3Server, startS3Server } from '../s3-server';
import { shape, writeSmallBundle } from './small-bundle';
import { plain } from './stand-in';

const work = mkdtempSync(join(tmpdir(), 'goodnet-serve-'));
const store = join(work, 'store');
const tokens = join(work, 'tokens');
const FIRST = 'first-token-of-an-app';
const SECOND = 'second-token-of-an-app';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  await writeSmallBundle(store);
  writeFileSync(tokens, `app:${FIRST}\n`);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('serve: refuses an address that others can reach without tokens, and senseless options', async () => {
  for (const [args, why] of [
    [['--host', '0.0.0.0'], /0\.0\.0\.0 can be reached by others, and no token is asked for/],
    [['--host', '::'], /:: can be reached by others/],
    [['--no-auth', '--tokens', tokens], /Tokens are given, and --no-auth, too/],
    [['--tokens', join(work, 'none')], /can't be read/],
    [['--samples', join(work, 'none')], /The samples in .* can't be read/],
  ] as const) {
    const { code, out, err } = await goodnet('serve', store, '--port', '0', ...args);
    expect([args, code, out]).toEqual([args, 2, '']);
    expect(err).toMatch(why);
    expect(err).not.toMatch(/^\s+at /m);
  }
});

test('serve: says why its one model can not be loaded', async () => {
  const key = join(work, 'key');
  expect((await goodnet('keys', 'create', key)).code).toBe(0);
  const { code, out, err } = await goodnet('serve', store, '--port', '0', '--trust', `${key}.pub`);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^goodnet: .* is not signed\n {2}\S/);
  expect(err).not.toMatch(/not expected/);
});

test('serve: takes the keys of GOODNET_TRUST, and passes over what is empty', () => {
  try {
    for (const [given, keys] of [
      ['', []],
      [' ', []],
      ['a.pub', ['a.pub']],
      ['a.pub, ,b.pub,', ['a.pub', 'b.pub']],
    ] as const) {
      vi.stubEnv('GOODNET_TRUST', given);
      expect([given, trustOf([])]).toEqual([given, keys]);
      expect(trustOf(['c.pub'])).toEqual(['c.pub']);
    }
    vi.stubEnv('GOODNET_TRUST', ',');
    expect(() => trustOf([])).toThrow(/GOODNET_TRUST names no key/);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('serve: answers whoever brings a token, takes up others, and tells of itself', async () => {
  const server = start('serve', store, '--port', '0', '--host', '0.0.0.0', '--tokens', tokens);
  const url = (await printed(server, /http:\/\/0\.0\.0\.0:\d+/)).replace('0.0.0.0', '127.0.0.1');
  const body = new Uint8Array(await plain(undefined, shape.width, shape.height).png().toBuffer());
  const ask = async (path: string, token?: string, init: RequestInit = {}) => {
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    return await fetch(`${url}${path}`, { ...init, headers });
  };
  const classify = async (token?: string) =>
    (await ask('/v1/classify', token, { method: 'POST', body })).status;
  for (const path of ['/health/live', '/health/ready', '/', '/page/page.js', '/docs', '/openapi.json']) {
    expect([path, (await ask(path)).status]).toEqual([path, 200]);
  }
  for (const path of ['/metrics', '/v1/models', '/v2', '/page/samples']) {
    expect([path, (await ask(path)).status]).toEqual([path, 401]);
  }
  expect([await classify(), await classify(SECOND), await classify(FIRST)]).toEqual([401, 401, 200]);

  writeFileSync(tokens, `app:${FIRST}\nother:${SECOND}\n`);
  await expect.poll(() => classify(SECOND), { timeout: 60_000, interval: 200 }).toBe(200);

  const metrics = await (await ask('/metrics', FIRST)).text();
  expect(metrics).toContain('goodnet_verdicts_total{model="chain",flagged="false"} 2');
  expect(metrics).toContain('goodnet_p_value_count{model="chain"} 2');
  for (const stage of ['decode', 'queue', 'nets']) {
    expect(metrics).toContain(`goodnet_stage_seconds_count{stage="${stage}"} 2`);
  }
  server.kill('SIGTERM');
  const { code, out, err } = await server.ended;
  expect(code).toBe(0);
  expect(`${out}${err}`).not.toMatch(new RegExp(`${FIRST}|${SECOND}`));
});

test.each([
  ['by its own names alone, without tokens', [], 421],
  ['by any name with tokens', ['--tokens', tokens], 401],
  ['by any name where something else guards it', ['--no-auth'], 200],
] as const)('serve: is asked %s', async (_, args, status) => {
  const server = start('serve', store, '--port', '0', ...args);
  const { hostname, port } = new URL(await printed(server, /http:\/\/127\.0\.0\.1:\d+/));
  const statusOf = async (host: string) => {
    const sending = request({ hostname, port, path: '/v1/models', headers: { host } }).end();
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  expect(await statusOf('rebound.example')).toBe(status);
  expect(await statusOf(`localhost:${port}`)).toBe(status === 421 ? 200 : status);
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
});

test('serve: answers other hosts where --host says so', async () => {
  const server = start('serve', store, '--port', '0', '--host', '0.0.0.0', '--no-auth');
  const url = (await printed(server, /http:\/\/0\.0\.0\.0:\d+/)).replace('0.0.0.0', '127.0.0.1');
  expect((await fetch(`${url}/v1/models`)).status).toBe(200);
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
});

test.skipIf(!hasS3Server)('serve: takes objects of the buckets that it is told', async () => {
  const s3 = await startS3Server();
  for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value);
  const client = s3Client(s3.config);
  const Body = await plain(undefined, shape.width, shape.height).png().toBuffer();
  await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: 'a b.png', Body }));
  client.destroy();
  const server = start('serve', store, '--port', '0', '--uploads', 'goodnet', 'others');
  const url = await printed(server, /http:\/\/127\.0\.0\.1:\d+/);
  const images = ['goodnet', 'secret'].map((bucket) => ({ s3: { bucket, key: 'a b.png' } }));
  const answer = await fetch(`${url}/v1/classify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ images }),
  });
  expect(await answer.json()).toMatchObject({
    results: [
      { name: 'a b.png', pValue: expect.any(Number) },
      { error: { type: 'urn:goodnet:problem:no-such-object' } },
    ],
  });
  server.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  vi.unstubAllEnvs();
  await s3.close();
});
