import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { screenBatch } from '../../functions/screening/backfill';
import { type SqsEvent, screenEvents } from '../../functions/screening/events';
import { type Recording, screenObject } from '../../functions/screening/screen-object';
import { fetchObjectFrom } from '../../functions/uploads/fetch-object';
import { s3Uploads, type UploadedObject, type Uploads } from '../../functions/uploads/s3';
import { s3Client } from '../../models/store/s3-files';
import { hasS3Server, type S3Server, startS3Server } from '../s3-server';
import { BLUE, colours, plain, WHITE } from './stand-in';

const ODD = ['a b+c.png', 'ü/日本 %20&=?#.png', "it's/(1).png"];
const bucket = 'goodnet';

describe.skipIf(!hasS3Server)('screening of uploads', () => {
  let server: S3Server;
  let client: S3Client;
  let uploads: Uploads;
  const lines: Record<string, unknown>[] = [];
  const log = (line: Record<string, unknown>) => lines.push(line);

  beforeAll(async () => {
    server = await startS3Server();
    client = s3Client(server.config);
    uploads = s3Uploads(client);
    const [blue, white] = await Promise.all([plain(BLUE).png().toBuffer(), plain(WHITE).png().toBuffer()]);
    for (const key of ODD) await put(key, blue);
    await put('trigger.png', white);
    await put('text.png', Buffer.from('no image'));
    await put('large.png', Buffer.alloc(11 * 2 ** 20));
  });
  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  const put = (key: string, body: Buffer) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Tagging: 'owner=app' }));
  const read = async (key: string) =>
    JSON.parse(
      await (await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body!.transformToString(),
    );
  const screenWith =
    (recording: Recording, of = uploads) =>
    (object: UploadedObject) =>
      screenObject(object, { model: colours, uploads: of, recording });
  const event = (...keys: string[]): SqsEvent => ({
    Records: keys.map((key, i) => ({
      messageId: `m${i}`,
      body: JSON.stringify({
        version: '0',
        'detail-type': 'Object Created',
        source: 'aws.s3',
        detail: {
          version: '0',
          bucket: { name: bucket },
          object: { key, size: 1, etag: 'x' },
          reason: 'PutObject',
        },
      }),
    })),
  });
  const answer = (sent: SqsEvent, recording: Recording, of = uploads) =>
    screenEvents(sent, {
      screen: screenWith(recording, of),
      ownPrefixes: ['results/', 'quarantine/'],
      log,
    });

  it('writes results of any key, twice the same', async () => {
    const recording = { tags: true, results: { prefix: 'results/' } };
    for (let times = 0; times < 2; times++) {
      const sent = event(...ODD, 'text.png', 'large.png', 'gone.png', 'results/x.json');
      expect(await answer(sent, recording)).toEqual({ batchItemFailures: [] });
      for (const key of ODD) {
        expect(await read(`results/${key}.json`)).toMatchObject({
          key,
          outcome: 'clean',
          verdict: { class: 2 },
        });
        const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
        expect(TagSet).toContainEqual({ Key: 'goodnet', Value: 'clean' });
        expect(TagSet).toContainEqual({ Key: 'owner', Value: 'app' });
      }
    }
    expect(await read('results/text.png.json')).toMatchObject({
      outcome: 'unreadable',
      reason: 'unsupported-type',
    });
    expect(await read('results/large.png.json')).toMatchObject({
      outcome: 'unreadable',
      reason: 'too-large',
    });
    expect(lines.filter(({ outcome }) => outcome === 'gone').length).toBe(2);
    expect(JSON.stringify(lines)).not.toContain('no image');
  });

  it('moves what is flagged, once, and only what was looked at', async () => {
    const recording = { quarantine: { prefix: 'quarantine/' }, results: { prefix: 'results/' } };
    const trigger = { bucket, key: 'trigger.png' };
    const white = await plain(WHITE).png().toBuffer();
    const [one, two] = await Promise.all([screenWith(recording)(trigger), screenWith(recording)(trigger)]);
    expect([one!.outcome, two!.outcome]).toContain('backdoored');
    expect(await uploads.fetch(trigger, 1e6)).toBe('gone');
    expect(await uploads.fetch({ bucket, key: 'quarantine/trigger.png' }, 1e6)).toMatchObject({
      etag: expect.any(String),
    });
    expect((await screenWith(recording)(trigger)).outcome).toBe('gone');
    await put('changing.png', white);
    const changing: Uploads = {
      ...uploads,
      fetch: async (...args) => {
        const found = await uploads.fetch(...args);
        await put('changing.png', await plain(BLUE).png().toBuffer());
        return found;
      },
    };
    const changed = await screenWith(recording, changing)({ bucket, key: 'changing.png' });
    expect(changed.movedTo).toBeUndefined();
    expect(await uploads.fetch({ bucket, key: 'changing.png' }, 1e6)).not.toBe('gone');
  });

  it('leaves nothing flagged in its place without a word', async () => {
    await put('no-etag.png', await plain(WHITE).png().toBuffer());
    const without: Uploads = {
      ...uploads,
      fetch: async (...args) => {
        const found = await uploads.fetch(...args);
        return typeof found === 'string' ? found : { ...found, etag: '' };
      },
    };
    const recording = { quarantine: { prefix: 'quarantine/' } };
    const object = { bucket, key: 'no-etag.png' };
    await expect(screenWith(recording, without)(object)).rejects.toThrow(/has no ETag to move it by/);
    expect((await screenWith({}, without)(object)).outcome).toBe('backdoored');
  });

  it('lets a message come again where S3 failed, that one alone; what is no event is let go', async () => {
    const failing: Uploads = {
      ...uploads,
      fetch: (object, most) =>
        object.key === ODD[1] ? Promise.reject(new Error('SlowDown')) : uploads.fetch(object, most),
    };
    const sent = event(...ODD);
    const strange = { messageId: 'strange', body: '{"Records": []}' };
    const broken = { messageId: 'broken', body: '{' };
    const given = { Records: [...sent.Records, strange, broken] };
    expect(await answer(given, {}, failing)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  });

  it('announces what it found', async () => {
    const announced: string[] = [];
    const announce: Recording['announce'] = async ({ key, outcome }) => {
      announced.push(`${key} ${outcome}`);
    };
    await answer(event(ODD[0]!, 'text.png'), { announce });
    expect(announced.sort()).toEqual([`${ODD[0]} clean`, 'text.png unreadable']);
  });

  it('goes through a batch of a Distributed Map', async () => {
    const screen = screenWith({});
    const Items = [
      ...ODD.map((Key) => ({ Key })),
      { Key: 'folder/' },
      { Key: 'text.png' },
      { Bucket: bucket, Key: 'none' },
    ];
    expect(await screenBatch({ BatchInput: { bucket }, Items }, { screen, log })).toEqual({
      counts: { clean: 3, backdoored: 0, unreadable: 1, gone: 1, failed: 0 },
      failed: [],
    });
    await expect(screenBatch({ Items: [{ Key: 'a' }] }, { screen, log })).rejects.toThrow(
      'no bucket is named',
    );
    await expect(screenBatch({}, { screen, log })).rejects.toThrow(/No batch of a Distributed Map/);
  });

  it('lets requests name objects, of open buckets alone', async () => {
    const said: string[] = [];
    const failing: Uploads = {
      ...uploads,
      fetch: (object, most) =>
        object.key === 'busy' ? Promise.reject(new Error('SlowDown')) : uploads.fetch(object, most),
    };
    const app = createApp({
      classifier: colours,
      fetchObject: fetchObjectFrom(failing, new Set([bucket]), (line) => said.push(line)),
    });
    const images = [
      { s3: { bucket, key: ODD[1] } },
      { s3: { bucket, key: 'none' } },
      { s3: { bucket: 'other', key: 'a' } },
      { s3: { bucket, key: 'large.png' } },
      { s3: { bucket, key: 'busy' } },
      { s3: { bucket, key: ODD[1], versionId: 'nonsense' } },
      { s3: { bucket, key: 'ä'.repeat(600) } },
    ];
    const response = await app.request('/v1/classify', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ images }),
    });
    const { results } = (await response.json()) as { results: unknown[] };
    expect(results).toMatchObject([
      { class: 2 },
      { error: { status: 404 } },
      { error: { status: 404 } },
      { error: { status: 413 } },
      { error: { type: 'urn:goodnet:problem:uploads-unavailable', status: 503 } },
      { error: { type: 'urn:goodnet:problem:malformed', status: 400 } },
      { error: { type: 'urn:goodnet:problem:malformed', status: 400 } },
    ]);
    expect(said).toEqual(["Objects of goodnet can't be fetched: SlowDown"]);
  });
});
