import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../functions/limits';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import { decodeImage } from '../../../models/images/decode';
import { createKeys } from '../../../models/signing/keys';
import { openSigner } from '../../../models/signing/signer';
import { activate } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
import { s3Client, s3Files } from '../../../models/store/s3-files';
import type { Verdict } from '../../../models/verdict';
import { hasS3Server, type S3Server, startS3Server } from '../../s3-server';
import { shape, writeSmallBundle } from '../small-bundle';
import { plain } from '../stand-in';
import { batchEvent, httpEvent, uploadedEvent } from './events';
import { hasRuntimeClient, type Instance, type InstanceOptions, startInstance } from './instance';
import { buildPrograms } from './programs';

// Below node_modules, so that sharp, which comes beside the programs in the zip, is found; and git ignores it.
const cache = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));
const picture = (red: number) => plain({ r: red, g: 40, b: 90 }, shape.width, shape.height).png().toBuffer();

/** What a function answers as an HTTP answer. */
interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

describe.skipIf(!hasRuntimeClient || !hasS3Server)("on AWS's own runtime client", () => {
  let work: string;
  let folder: string;
  let server: S3Server;
  let client: S3Client;
  let goodnet: GoodNet;
  const store = mkdtempSync(join(tmpdir(), 'goodnet-ric-'));
  const instances: Instance[] = [];

  beforeAll(async () => {
    mkdirSync(cache, { recursive: true });
    work = mkdtempSync(join(cache, 'ric-'));
    folder = join(work, 'zip');
    buildPrograms(folder);
    await startEngine({ engine: 'wasm' });
    await writeSmallBundle(store);
    goodnet = await GoodNet.load(store);
    server = await startS3Server();
    client = s3Client(server.config);
    const files = s3Files('s3://goodnet/models', client);
    await activate(files, (await publish(store, files)).id);
  });
  afterEach(async () => {
    for (const instance of instances.splice(0)) await instance.close();
  });
  afterAll(async () => {
    await server?.close();
    rmSync(work, { recursive: true, force: true });
    rmSync(store, { recursive: true, force: true });
  });

  const start = async (handler: string, env: InstanceOptions['env'] = {}) => {
    const all = { ...server.env, GOODNET_BUNDLE: 's3://goodnet/models', ...env };
    const instance = await startInstance({ folder, handler, env: all });
    instances.push(instance);
    return instance;
  };
  const answer = async (instance: Instance, event: object) => {
    const answered = await instance.invoke(event);
    if (!answered.ok) throw new Error(`${answered.errorType}: ${answered.errorMessage}`);
    return answered.payload as HttpAnswer;
  };
  const here = async (png: Buffer): Promise<Verdict> =>
    (await goodnet.classify(await decodeImage(png, shape, LIMITS), 1))[0]!;

  it('answers the HTTP API and a function URL as the local service does, its bundle from S3', async () => {
    const instance = await start('index.handler');
    for (const from of ['http-api', 'function-url'] as const) {
      for (const red of [0, 99, 255]) {
        const png = await picture(red);
        const { statusCode, body } = await answer(instance, httpEvent(from, 'POST', '/v1/classify', png));
        expect(statusCode).toBe(200);
        const { class: named, backdoored, pValue, answer: clean, bad, repaired } = JSON.parse(body);
        const there: Partial<Verdict> = { class: named, backdoored, pValue, answer: clean, bad, repaired };
        expect(there).toEqual({ ...(await here(png)), suspicion: undefined });
      }
      const health = await answer(instance, httpEvent(from, 'GET', '/health/ready'));
      expect(health.statusCode).toBe(200);
    }
    const refused = await answer(
      instance,
      httpEvent('http-api', 'POST', '/v1/classify', Buffer.from('no image')),
    );
    expect(refused.statusCode).toBe(415);
    expect(JSON.parse(refused.body).type).toMatch(/unsupported/);
  });

  it('screens uploads that SQS tells of: tags, results, quarantine of nothing clean', async () => {
    const keys = ['uploads/a b+c.png', 'uploads/größe.png', 'uploads/text.png', 'uploads/none.png'];
    for (const key of keys.slice(0, 3)) {
      const Body = key.includes('text') ? Buffer.from('no image') : await picture(50);
      await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: key, Body }));
    }
    const instance = await start('events.handler', {
      GOODNET_TAGS: 'true',
      GOODNET_RESULTS_PREFIX: 'results/',
      GOODNET_QUARANTINE_PREFIX: 'quarantine/',
    });
    const answered = await instance.invoke(uploadedEvent('goodnet', keys));
    expect(answered).toEqual({ ok: true, payload: { batchItemFailures: [] } });
    const outcomes: unknown[] = [];
    for (const key of keys.slice(0, 3)) {
      const result = await client.send(
        new GetObjectCommand({ Bucket: 'goodnet', Key: `results/${key}.json` }),
      );
      outcomes.push(JSON.parse(await result.Body!.transformToString()).outcome);
    }
    expect(outcomes).toEqual(['clean', 'clean', 'unreadable']);
    const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: 'goodnet', Key: keys[0]! }));
    expect(TagSet).toContainEqual({ Key: 'goodnet', Value: 'clean' });
  });

  it('screens batches of a Distributed Map', async () => {
    await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: 'old/1.png', Body: await picture(10) }));
    const instance = await start('backfill.handler', { GOODNET_TAGS: 'true' });
    const { payload } = (await instance.invoke(
      batchEvent('goodnet', ['old/', 'old/1.png', 'old/2.png']),
    )) as {
      payload: object;
    };
    expect(payload).toMatchObject({ counts: { clean: 1, backdoored: 0, gone: 1, failed: 0 }, failed: [] });
  });

  it('does not start on a bundle that no trusted key has signed, and says why', async () => {
    const key = join(work, 'key');
    await createKeys(key);
    await expect(start('index.handler', { GOODNET_TRUST: `${key}.pub` })).rejects.toThrow(/is not signed/);
    const files = s3Files('s3://goodnet/signed', client);
    const signer = await openSigner(key);
    await activate(files, (await publish(store, files, { signer })).id, { signer });
    const env = { GOODNET_BUNDLE: 's3://goodnet/signed', GOODNET_TRUST: `${key}.pub` };
    const instance = await start('index.handler', env);
    const { statusCode } = await answer(instance, httpEvent('http-api', 'GET', '/v1/models'));
    expect(statusCode).toBe(200);
  });

  it('says what it lacks', async () => {
    await expect(start('index.handler', { GOODNET_BUNDLE: '' })).rejects.toThrow(/GOODNET_BUNDLE is not set/);
    await expect(start('index.handler', { GOODNET_BUNDLE: 's3://goodnet/none' })).resolves.toBeDefined();
  });
});
