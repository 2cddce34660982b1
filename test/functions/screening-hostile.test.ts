import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listObjects } from '../../build-repair/screen/objects';
import { screenBatch } from '../../functions/screening/backfill';
import { type SqsEvent, screenEvents } from '../../functions/screening/events';
import { type Recording, screenObject } from '../../functions/screening/screen-object';
import { s3Uploads, type UploadedObject, type Uploads } from '../../functions/uploads/s3';
import { s3Client } from '../../models/store/s3-files';
import { hasS3Server, type S3Server, startS3Server } from '../s3-server';
import { BLUE, colours, plain, WHITE } from './stand-in';

const bucket = 'goodnet';
const created = (key: string) => ({ bucket: { name: bucket }, object: { key } });
const event = (...keys: string[]): SqsEvent => ({
  Records: keys.map((key) => ({
    messageId: key,
    body: JSON.stringify({ 'detail-type': 'Object Created', source: 'aws.s3', detail: created(key) }),
  })),
});

describe.skipIf(!hasS3Server)('uploads of people who mean harm', () => {
  let server: S3Server;
  let client: S3Client;
  let uploads: Uploads;
  let blue: Buffer;
  let white: Buffer;

  beforeAll(async () => {
    server = await startS3Server();
    client = s3Client(server.config);
    uploads = s3Uploads(client);
    [blue, white] = await Promise.all([plain(BLUE).png().toBuffer(), plain(WHITE).png().toBuffer()]);
  });
  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  const put = (Key: string, Body: Buffer, Tagging?: string) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, Tagging }));
  const tagsOf = async (Key: string): Promise<Record<string, string>> => {
    const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }));
    return Object.fromEntries(TagSet.map((each) => [each.Key, each.Value]));
  };
  const resultOf = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `results/${key}.json` }));
    return JSON.parse(await Body!.transformToString());
  };
  const screenWith =
    (recording: Recording, of = uploads) =>
    (object: UploadedObject) =>
      screenObject(object, { model: colours, uploads: of, recording });
  const KEPT: Recording = { tags: true, results: { prefix: 'results/' } };
  const some = (count: number) => Array.from({ length: count }, (_, i) => `t${i}=x`).join('&');
  /** S3 whose tagging answers so. */
  const refusing = (status: number, only = (_tags: unknown[]) => true) =>
    s3Uploads({
      send: (command: unknown) => {
        const isRefused = command instanceof PutObjectTaggingCommand && only(command.input.Tagging!.TagSet!);
        const fault = { name: 'AccessDenied', $metadata: { httpStatusCode: status } };
        return isRefused
          ? Promise.reject(Object.assign(new Error('not allowed'), fault))
          : client.send(command as PutObjectTaggingCommand);
      },
    } as unknown as S3Client);

  it.each([
    ['nine and goodnet=clean', `${some(9)}&goodnet=clean`, 10, undefined],
    ['ten', some(10), 10, ['t9']],
    ['goodnet-bundle among ten', `${some(8)}&goodnet=clean&goodnet-bundle=${'0'.repeat(16)}`, 10, undefined],
  ])('says what it found whatever tags there are: %s', async (name, tagging, count, dropped) => {
    const key = `tags ${name}.png`;
    await put(key, white, tagging);
    const lines: Record<string, unknown>[] = [];
    const options = { screen: screenWith(KEPT), log: (line: Record<string, unknown>) => lines.push(line) };
    expect(await screenEvents(event(key), options)).toEqual({ batchItemFailures: [] });
    const tags = await tagsOf(key);
    expect(tags).toMatchObject({ goodnet: 'backdoored', t0: 'x' });
    expect(Object.keys(tags)).toHaveLength(count);
    const isWhole = tags['goodnet-bundle'] === colours.id.slice(0, 16);
    expect(isWhole || !('goodnet-bundle' in tags)).toBe(true);
    const told = isWhole ? {} : { untagged: expect.stringContaining('goodnet-bundle') };
    expect(await resultOf(key)).toMatchObject({ ...told, ...(dropped && { droppedTags: dropped }) });
    expect(lines).toMatchObject([{ level: isWhole ? 'info' : 'warn', ...told, droppedTags: dropped }]);
  });

  it('takes away tags that S3 does not take back', async () => {
    await put('strange.png', white, 'goodnet=clean&owner=app');
    const of = refusing(400, (tags) => JSON.stringify(tags).includes('owner'));
    expect(await screenWith(KEPT, of)({ bucket, key: 'strange.png' })).toMatchObject({
      droppedTags: ['owner'],
    });
    expect(await tagsOf('strange.png')).toEqual({
      goodnet: 'backdoored',
      'goodnet-bundle': colours.id.slice(0, 16),
    });
  });

  it('moves what is flagged and can not be tagged; without a quarantine it is reported', async () => {
    const key = 'refused.png';
    await put(key, white, 'goodnet=clean');
    const of = refusing(403);
    const sent = screenEvents(event(key), { screen: screenWith(KEPT, of), log: () => {} });
    expect(await sent).toEqual({ batchItemFailures: [{ itemIdentifier: key }] });
    expect(await resultOf(key)).toMatchObject({
      outcome: 'backdoored',
      untagged: expect.stringContaining('not allowed'),
    });
    const moving = { ...KEPT, quarantine: { prefix: 'quarantine/' } };
    expect(await screenWith(moving, of)({ bucket, key })).toMatchObject({ movedTo: { bucket } });
    expect(await uploads.fetch({ bucket, key }, 1e6)).toBe('gone');
    expect(await tagsOf(`quarantine/${key}`)).toMatchObject({ goodnet: 'backdoored' });
  });

  it('takes what only its uploader can read for unreadable', async () => {
    const message = 'The object was stored using a form of Server Side Encryption.';
    await put('theirs.png', blue, 'goodnet=clean');
    const fault = Object.assign(new Error(message), {
      name: 'InvalidRequest',
      $metadata: { httpStatusCode: 400 },
    });
    const { fetch } = s3Uploads({ send: () => Promise.reject(fault) } as unknown as S3Client);
    const options = { screen: screenWith(KEPT, { ...uploads, fetch }), log: () => {} };
    expect(await screenEvents(event('theirs.png'), options)).toEqual({ batchItemFailures: [] });
    expect(await tagsOf('theirs.png')).toMatchObject({ goodnet: 'unreadable' });
    expect(await resultOf('theirs.png')).toMatchObject({ outcome: 'unreadable', reason: 'encrypted' });
  });

  it("takes a folder's mark for no image, and nothing else that is called like one", async () => {
    await put('up/', Buffer.alloc(0));
    await put('up/day/', Buffer.alloc(0));
    await put('up/day/a.png', blue);
    const screen = screenWith(KEPT);
    const lines: Record<string, unknown>[] = [];
    const options = { screen, log: (line: Record<string, unknown>) => lines.push(line) };
    expect(await screenEvents(event('up/', 'up/gone/'), options)).toEqual({ batchItemFailures: [] });
    expect(lines.map(({ message, outcome }) => `${message} ${outcome ?? ''}`)).toEqual([
      "left out: a folder's mark ",
      "left out: a folder's mark ",
    ]);
    expect(await tagsOf('up/')).toEqual({});
    const Items = ['up/', 'up/day/', 'up/day/a.png'].map((Key) => ({ Key }));
    const { counts } = await screenBatch({ BatchInput: { bucket }, Items }, options);
    expect(counts).toEqual({ clean: 1, backdoored: 0, unreadable: 0, gone: 0, failed: 0 });
    // Only S3 itself keeps something under such a key, which this server does not.
    const of: Uploads = {
      ...uploads,
      fetch: async (object, most) =>
        object.key === 'up/day/' ? { bytes: white, etag: '"w"' } : uploads.fetch(object, most),
    };
    const announced: unknown[] = [];
    const announce = async (result: unknown) => void announced.push(result);
    for (const answer of [
      screenEvents(event('up/day/'), { ...options, screen: screenWith({ announce }, of) }),
      screenBatch(
        { BatchInput: { bucket }, Items: [{ Key: 'up/day/' }] },
        { ...options, screen: screenWith({ announce }, of) },
      ),
    ])
      await answer;
    expect(announced).toMatchObject([{ outcome: 'backdoored' }, { outcome: 'backdoored' }]);
  });
});

describe('listing what is screened', () => {
  it("leaves out folders' marks, and nothing that only looks like one", async () => {
    const Contents = [
      { Key: 'up/', Size: 0 },
      { Key: 'up/a.png', Size: 9 },
      { Key: 'up/empty.png', Size: 0 },
      { Key: 'up/hidden/', Size: 9 },
    ];
    const listing = Object.assign(s3Client({ region: 'us-east-1' }), { send: async () => ({ Contents }) });
    expect(await listObjects('s3://goodnet/up/', [], listing)).toEqual({
      bucket,
      keys: ['up/a.png', 'up/empty.png', 'up/hidden/'],
    });
  });
});
