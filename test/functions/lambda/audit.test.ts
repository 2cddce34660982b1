import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditLine } from '../../../functions/observe/audit';
import { screenBatch } from '../../../functions/screening/backfill';
import { type ScreeningSource, type SqsEvent, screenEvents } from '../../../functions/screening/events';
import type { JudgedLine } from '../../../functions/screening/judge';
import { screenObject } from '../../../functions/screening/screen-object';
import type { UploadedObject, Uploads } from '../../../functions/uploads/s3';
import { startEngine } from '../../../models/engine';
import { s3Client } from '../../../models/store/s3-files';
import { hasS3Server, startS3Server } from '../../s3-server';
import { shape, writeSmallBundle } from '../small-bundle';
import { colours, plain, WHITE } from '../stand-in';
import { tracesIn } from '../traces';
import { batchEvent, httpEvent, uploadedEvent } from './events';
import { buildLambda, type LambdaProgram } from './program';

const NAME = 'what-the-sender-calls-it-52';
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the audit trail of what screens uploads', () => {
  const lines: AuditLine[] = [];
  const optionsOf = (objects: Readonly<Record<string, Uint8Array | 'too-large' | 'gone'>>) => {
    const uploads: Uploads = {
      fetch: async ({ key }) => {
        const found = objects[key]!;
        return typeof found === 'string' ? found : { bytes: found, etag: '"e"', versionId: 'v' };
      },
      tag: async () => 'tagged',
      write: async () => {},
      copy: async () => true,
      remove: async () => {},
    };
    const screen = (object: UploadedObject, asked: ScreeningSource) => {
      const note = (line: JudgedLine) => void lines.push({ ...asked, ...line });
      return screenObject(object, { model: colours, uploads, recording: {}, note });
    };
    return { screen, log: () => {} };
  };

  it('has a line of each object that was there, by its message or its place in the batch', async () => {
    const blue = await plain().png().toBuffer();
    const white = await plain(WHITE).png().toBuffer();
    const text = Buffer.from('no image');
    const objects = {
      'folder/': new Uint8Array(),
      'gone.png': 'gone',
      'blue.png': blue,
      'white.png': white,
      'text.png': text,
      'large.png': 'too-large',
    } as const;
    const by = { time: expect.any(String), model: 'colours', bundle: colours.id };
    const of = (bytes: Uint8Array) => ({ sha256: sha256(bytes), digestOf: 'file' });
    const expected = [
      { ...by, ...of(blue), alpha: 0.01, class: 2, pValue: 0.5, backdoored: false },
      { ...by, ...of(white), alpha: 0.01, class: 3, pValue: 0.001, backdoored: true },
      { ...by, ...of(text), problem: 'urn:goodnet:problem:unsupported-type' },
      { ...by, problem: 'urn:goodnet:problem:too-large' },
    ];
    const inOrder = (key: keyof AuditLine) =>
      lines.splice(0).sort((a, b) => (String(a[key]) < String(b[key]) ? -1 : 1));
    await screenEvents(uploadedEvent('uploads', Object.keys(objects)) as SqsEvent, optionsOf(objects));
    expect(inOrder('requestId')).toEqual(
      expected.map((line, i) => ({ requestId: `message-${i + 2}`, index: 0, ...line })),
    );
    const call = { awsRequestId: 'the-call' };
    await screenBatch(batchEvent('uploads', ['', ...Object.keys(objects)]), optionsOf(objects), call);
    expect(inOrder('index')).toEqual(
      expected.map((line, i) => ({ requestId: 'the-call', index: i + 3, ...line })),
    );
  });

  it('is a reason to screen an object again where a line of it can’t be kept', async () => {
    const png = await plain().png().toBuffer();
    const { log } = optionsOf({});
    const failing = () => {
      throw new Error('not kept');
    };
    const uploads: Uploads = {
      fetch: async () => ({ bytes: png, etag: '"e"' }),
      tag: () => Promise.reject(new Error('it was tagged')),
      write: async () => {},
      copy: async () => true,
      remove: async () => {},
    };
    const by = { model: colours, uploads, recording: { tags: true }, note: failing };
    const screen = (object: UploadedObject) => screenObject(object, by);
    await expect(screen({ bucket: 'uploads', key: 'a.png' })).rejects.toThrow('not kept');
    const answer = await screenEvents(uploadedEvent('uploads', ['a.png']) as SqsEvent, { screen, log });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
  });
});

describe('the audit trail of the functions', () => {
  let program: LambdaProgram;
  let png: Buffer;
  const store = mkdtempSync(join(tmpdir(), 'goodnet-lambda-audit-'));
  beforeAll(async () => {
    program = buildLambda();
    await startEngine({ engine: 'wasm' });
    await writeSmallBundle(store);
    png = await plain(undefined, shape.width, shape.height).png().toBuffer();
  });
  afterAll(() => {
    program?.remove();
    rmSync(store, { recursive: true, force: true });
  });
  const noted = (stdout: string) =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter(({ message }) => message === 'audit');

  it('is in the log of the HTTP endpoint, where it is wanted', () => {
    const events = [png, Buffer.from('no image')].map((body) =>
      httpEvent('http-api', 'POST', '/v1/classify', body),
    );
    expect(noted(program.invoke(events, { GOODNET_BUNDLE: store }).stdout)).toEqual([]);
    const { stdout } = program.invoke(events, { GOODNET_BUNDLE: store, GOODNET_AUDIT: 'true' });
    const [first, second] = program.results() as { headers: Record<string, string>; body: string }[];
    const { pValue, backdoored, class: given, bundle } = JSON.parse(first!.body);
    expect(noted(stdout)).toEqual([
      expect.objectContaining({
        requestId: first!.headers['x-request-id'],
        sha256: sha256(png),
        ...{ pValue, backdoored, class: given, bundle },
      }),
      expect.objectContaining({
        requestId: second!.headers['x-request-id'],
        sha256: sha256(Buffer.from('no image')),
        problem: JSON.parse(second!.body).type,
      }),
    ]);
  });

  it('is not left out silently where the log has no such lines', () => {
    const { status, stderr } = program.invoke([], {
      GOODNET_BUNDLE: store,
      GOODNET_AUDIT: 'true',
      POWERTOOLS_LOG_LEVEL: 'WARN',
    });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/GOODNET_AUDIT is true, and the log has no lines below WARN/);
  });

  it.skipIf(!hasS3Server)('is in the logs of what screens uploads', async () => {
    const server = await startS3Server();
    const client = s3Client(server.config);
    await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: NAME, Body: png }));
    client.destroy();
    const environment = { ...server.env, GOODNET_BUNDLE: store, GOODNET_AUDIT: 'true' };
    for (const [event, entry] of [
      [uploadedEvent('goodnet', [NAME]), 'events'],
      [batchEvent('goodnet', [NAME]), 'backfill'],
    ] as const) {
      const { stdout } = program.invoke([event], environment, entry);
      const [line, ...more] = noted(stdout);
      expect([line, more]).toMatchObject([{ sha256: sha256(png), index: 0, backdoored: false }, []]);
      expect(line.requestId).toBe(entry === 'events' ? 'message-0' : undefined);
      expect(tracesIn(JSON.stringify(line), [NAME])).toEqual([]);
    }
    await server.close();
  });
});
