import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../functions/app';
import { startEngine } from '../../models/engine';
import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import { s3Client } from '../../models/store/s3-files';
import { printed, start } from '../end-to-end/cli';
import { hasS3Server, startS3Server } from '../s3-server';
import { uploadedEvent } from './lambda/events';
import { buildLambda, type LambdaProgram } from './lambda/program';
import { shape, writeSmallBundle } from './small-bundle';
import { colours, plain } from './stand-in';
import { tracesIn } from './traces';

const MARK = 'a mark in the image 5f0e';
const NAME = 'what-the-sender-calls-it-77';
const TOKEN = 'token-of-an-app-that-is-known';
const WRONG = 'token-that-nobody-knows-of';
const work = mkdtempSync(join(tmpdir(), 'goodnet-logs-'));
const store = join(work, 'store');

const random = new Random(1);
const pixels = Uint8Array.from({ length: imageSize(shape) }, () => random.int(256));
const noise = () => sharp(pixels, { raw: { ...shape, channels: 3 } });
const png = await noise().png().toBuffer();
const jpeg = await noise()
  .withExif({ IFD0: { ImageDescription: MARK } })
  .jpeg()
  .toBuffer();
const damaged = Buffer.concat([jpeg.subarray(0, -60), Buffer.alloc(60, 7)]);
const bodies: readonly Buffer[] = [png, jpeg, damaged, png.subarray(0, -20), Buffer.from(MARK)];
/** What no log may have: names, tokens, and of each body and of the pixels what they begin with. */
const secrets = [
  MARK,
  NAME,
  TOKEN,
  WRONG,
  pixels.subarray(0, 8),
  ...bodies.map((body) => body.subarray(0, 12)),
];
const IS_DUMP = /<Buffer|Uint8Array|Float32Array|ArrayBuffer/;

/** Requests of each kind, with the statuses that they must have. */
const requests: readonly { path: string; type?: string; body: Buffer; status: number }[] = [
  ...[200, 200, 422, 422, 415].map((status, i) => ({ path: '/v1/classify', body: bodies[i]!, status })),
  {
    path: '/v1/classify',
    type: 'application/json',
    body: Buffer.from(
      JSON.stringify({ images: bodies.map((body) => ({ name: NAME, base64: body.toString('base64') })) }),
    ),
    status: 200,
  },
  { path: '/v1/classify', type: 'application/json', body: Buffer.from(`{"images": ${MARK}`), status: 400 },
  { path: '/v1/classify', type: `multipart/form-data; boundary=x`, body: Buffer.from(MARK), status: 400 },
  { path: '/v2/models/chain/infer', body: Buffer.from(`{"inputs": ${MARK}`), status: 400 },
  {
    path: '/v2/models/chain/infer',
    body: Buffer.from(
      JSON.stringify({
        inputs: [
          {
            name: 'images',
            shape: [1, shape.height, shape.width, 3],
            datatype: 'UINT8',
            data: [...pixels],
          },
        ],
      }),
    ),
    status: 200,
  },
];

let program: LambdaProgram;
beforeAll(async () => {
  program = buildLambda();
  await startEngine({ engine: 'wasm' });
  await writeSmallBundle(store);
});
afterAll(() => {
  program?.remove();
  rmSync(work, { recursive: true, force: true });
});

describe('no log has an image, its name, or a token', () => {
  it('of goodnet serve', async () => {
    const tokens = join(work, 'tokens');
    writeFileSync(tokens, `app:${TOKEN}\n`);
    const server = start('serve', store, '--port', '0', '--tokens', tokens);
    const url = await printed(server, /http:\/\/127\.0\.0\.1:\d+/);
    const ask = (path: string, token: string, init: RequestInit = {}) =>
      fetch(`${url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
    for (const { path, type, body, status } of requests) {
      const headers = type === undefined ? undefined : { 'content-type': type };
      const init = { method: 'POST', body: new Uint8Array(body), headers };
      expect([path, (await ask(path, TOKEN, init)).status]).toEqual([path, status]);
      expect((await ask(path, WRONG, init)).status).toBe(401);
    }
    const metrics = await (await ask('/metrics', TOKEN)).text();
    expect(metrics).toContain('goodnet_verdicts_total{model="chain"');
    // The file is read again, and what is wrong with it is said.
    writeFileSync(tokens, `app ${TOKEN}-again\n`);
    await vi.waitFor(
      async () => {
        await ask('/v1/models', TOKEN);
        expect(server.said()).toMatch(/no token is valid now/);
      },
      { timeout: 60_000, interval: 200 },
    );
    server.kill('SIGTERM');
    const { code, out, err } = await server.ended;
    expect([code, out]).toEqual([0, expect.stringContaining('chain')]);
    const log = `${out}${err}${metrics}`;
    expect(tracesIn(log, secrets)).toEqual([]);
    expect(log).not.toMatch(IS_DUMP);
  });

  it('of what nobody foresaw', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const cause = Object.assign(new RangeError('too far'), { body: png, headers: { authorization: TOKEN } });
    const error = Object.assign(new Error('it failed', { cause }), { pixels, request: { token: TOKEN } });
    const app = createApp({ classifier: { ...colours, classify: () => Promise.reject(error) } });
    const body = new Uint8Array(await plain().png().toBuffer());
    expect((await app.request('/v1/classify', { method: 'POST', body })).status).toBe(500);
    const log = said.mock.calls.flat().join('\n');
    said.mockRestore();
    expect(log).toMatch(/^Error: it failed\n\s+at .*\nCaused by RangeError: too far\n\s+at /s);
    expect(tracesIn(log, secrets)).toEqual([]);
    expect(log).not.toMatch(IS_DUMP);
  });

  it('of the function that answers HTTP events', () => {
    const host = 'example.execute-api.eu-central-1.amazonaws.com';
    const events = requests.map(({ path, type, body }) => ({
      version: '2.0',
      rawPath: path,
      rawQueryString: '',
      headers: { host, authorization: `Bearer ${TOKEN}`, ...(type && { 'content-type': type }) },
      requestContext: { domainName: host, http: { method: 'POST', path } },
      body: body.toString('base64'),
      isBase64Encoded: true,
    }));
    const { status, stdout, stderr } = program.invoke(events, { GOODNET_BUNDLE: store, ...TALKATIVE });
    expect(status).toBe(0);
    expect((program.results() as { statusCode: number }[]).map(({ statusCode }) => statusCode)).toEqual(
      requests.map((each) => each.status),
    );
    expect(stdout.match(/"message":\s*"answered"/g)).toHaveLength(requests.length);
    expect(tracesIn(`${stdout}${stderr}`, secrets)).toEqual([]);
    expect(`${stdout}${stderr}`).not.toMatch(IS_DUMP);
  });

  it.skipIf(!hasS3Server)('of the functions that screen uploads', async () => {
    const server = await startS3Server();
    const client = s3Client(server.config);
    const keys = bodies.map((_, i) => `${i}.png`);
    for (const [i, Key] of keys.entries())
      await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key, Body: bodies[i] }));
    const environment = { ...server.env, GOODNET_BUNDLE: store, ...TALKATIVE };
    const event = uploadedEvent('goodnet', [...keys, 'gone.png']);
    const strange = { messageId: 'strange', body: MARK };
    const refused = { messageId: 'refused', body: JSON.stringify(createdIn('no such bucket!')) };
    const { Records } = event as { Records: object[] };
    const answered = program.invoke([{ Records: [...Records, strange, refused] }], environment, 'events');
    expect(answered.status).toBe(0);
    expect(program.results()).toEqual([{ batchItemFailures: [{ itemIdentifier: 'refused' }] }]);
    const batch = { BatchInput: { bucket: 'goodnet' }, Items: keys.map((Key) => ({ Key })) };
    const filled = program.invoke([batch], environment, 'backfill');
    expect(program.results()).toMatchObject([{ counts: { clean: 2, unreadable: 3 } }]);
    const log = `${answered.stdout}${answered.stderr}${filled.stdout}${filled.stderr}`;
    expect(log.match(/"message":\s*"screened"/g)).toHaveLength(keys.length * 2 + 1);
    expect(tracesIn(log, [...secrets, server.env.AWS_SECRET_ACCESS_KEY!])).toEqual([]);
    expect(log).not.toMatch(IS_DUMP);
    client.destroy();
    await server.close();
  });
});

/** All that Powertools can be told to log. */
const TALKATIVE = {
  POWERTOOLS_LOG_LEVEL: 'DEBUG',
  POWERTOOLS_LOGGER_LOG_EVENT: 'true',
  POWERTOOLS_DEV: 'true',
};

function createdIn(bucket: string): object {
  const detail = { bucket: { name: bucket }, object: { key: 'x.png' } };
  return { 'detail-type': 'Object Created', source: 'aws.s3', detail };
}
