import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { screenBatch } from '../../functions/screening/backfill';
import { screenEvents } from '../../functions/screening/events';
import { type Recording, type ScreenedObject, screenObject } from '../../functions/screening/screen-object';
import { s3Uploads, type UploadedObject, type Uploads } from '../../functions/uploads/s3';
import { s3Client } from '../../models/store/s3-files';
import { hasS3Server, type S3Server, startS3Server } from '../s3-server';
import { BLUE, colours, plain, WHITE } from './stand-in';

const bucket = 'goodnet';
const KEPT: Recording = { tags: true, results: { prefix: 'results/' } };
const MOVED: Recording = { ...KEPT, quarantine: { prefix: 'quarantine/' } };

interface Case {
  readonly by: 'an event' | 'a backfill';
  /** Before which step of the late verdict the newer object comes, and is screened. */
  readonly before: 'tag' | 'write' | 'announce';
  readonly first: 'clean' | 'backdoored';
}
const CASES: Case[] = (['an event', 'a backfill'] as const).flatMap((by) =>
  (['tag', 'write', 'announce'] as const).flatMap((before) =>
    (['clean', 'backdoored'] as const).map((first) => ({ by, before, first })),
  ),
);

describe.skipIf(!hasS3Server).each([false, true])('a late verdict, with versions: %s', (versions) => {
  let server: S3Server;
  let client: S3Client;
  let uploads: Uploads;
  let pictures: Record<'clean' | 'backdoored', Buffer>;

  beforeAll(async () => {
    server = await startS3Server({ versions });
    client = s3Client(server.config);
    uploads = s3Uploads(client);
    const VersioningConfiguration = { Status: 'Enabled' as const };
    if (versions)
      await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
    const [clean, backdoored] = await Promise.all([BLUE, WHITE].map((each) => plain(each).png().toBuffer()));
    pictures = { clean: clean!, backdoored: backdoored! };
  });
  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  const put = async (Key: string, what: 'clean' | 'backdoored') =>
    (await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: pictures[what] }))).VersionId;
  const tagsOf = async (Key: string, VersionId?: string) => {
    const { TagSet = [] } = await client.send(
      new GetObjectTaggingCommand({ Bucket: bucket, Key, VersionId }),
    );
    return Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value]));
  };
  const resultOf = async (key: string, version?: string): Promise<ScreenedObject> => {
    const Key = `results/${key}${version === undefined ? '' : `.${version}`}.json`;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return JSON.parse(await Body!.transformToString());
  };
  const contentOf = async (key: string) => {
    const found = await uploads.fetch({ bucket, key }, 1e6);
    return typeof found === 'string' ? found : Buffer.from(found.bytes);
  };

  /** Screens one object as its event, or a backfill, does. */
  async function screened(
    by: Case['by'],
    key: string,
    versionId: string | undefined,
    recording: Recording,
    of = uploads,
  ) {
    const options = {
      screen: (object: UploadedObject) => screenObject(object, { model: colours, uploads: of, recording }),
      log: () => {},
      waits: [],
    };
    if (by === 'a backfill') {
      expect((await screenBatch({ BatchInput: { bucket }, Items: [{ Key: key }] }, options)).failed).toEqual(
        [],
      );
      return;
    }
    const detail = { bucket: { name: bucket }, object: { key, 'version-id': versionId } };
    const body = JSON.stringify({ 'detail-type': 'Object Created', source: 'aws.s3', detail });
    const answer = await screenEvents({ Records: [{ messageId: 'm', body }] }, options);
    expect(answer).toEqual({ batchItemFailures: [] });
  }

  /** Screens an object, and has another come in its place, and be screened, before one of the steps. */
  async function late({ by, before, first }: Case, key: string, recording: Recording) {
    const second = first === 'clean' ? 'backdoored' : 'clean';
    let replace = async () => {};
    const stepping =
      <A extends unknown[], R>(step: (...args: A) => Promise<R>) =>
      async (...args: A) => {
        const now = replace;
        replace = async () => {};
        await now();
        return await step(...args);
      };
    const noted: string[] = [];
    const announce = async ({ outcome }: ScreenedObject) => void noted.push(outcome);
    const steps = { ...recording, announce: before === 'announce' ? stepping(announce) : announce };
    const of: Uploads = {
      ...uploads,
      ...(before === 'tag' && { tag: stepping(uploads.tag) }),
      ...(before === 'write' && { write: stepping(uploads.write) }),
    };
    const one = await put(key, first);
    let two: string | undefined;
    replace = async () => {
      two = await put(key, second);
      await screened('an event', key, two, { ...recording, announce });
    };
    await screened(by, key, one, steps, of);
    return { one, two, second, noted } as const;
  }

  it.each(CASES)('of $by, first $first, leaves a newer object its own: before $before', async (each) => {
    const key = `kept/${Object.values(each).join(' ')}.png`;
    const { one, two, second, noted } = await late(each, key, KEPT);
    expect(await tagsOf(key)).toMatchObject({ goodnet: second });
    expect(await resultOf(key, two)).toMatchObject({ outcome: second });
    if (!versions) return expect(noted.at(-1)).toBe(second);
    expect(await tagsOf(key, one)).toMatchObject({ goodnet: each.first });
    expect(await resultOf(key, one)).toMatchObject({ outcome: each.first, versionId: one });
  });

  it.each(CASES)('of $by, first $first, moves what was flagged alone: before $before', async (each) => {
    const key = `moved/${Object.values(each).join(' ')}.png`;
    const { one, two } = await late(each, key, MOVED);
    const flagged = each.first === 'backdoored' ? one : two;
    const version = flagged === undefined ? '' : `.${flagged}`;
    const isOverwritten = !versions && each.first === 'backdoored' && each.before === 'tag';
    if (!isOverwritten) expect(await contentOf(`quarantine/${key}${version}`)).toEqual(pictures.backdoored);
    // The clean one, where it came second or is an older version; nothing where the flagged one replaced it.
    const isLeft = each.first === 'backdoored' || versions;
    if (!isLeft) return expect(await contentOf(key)).toBe('gone');
    expect(await contentOf(key)).toEqual(pictures.clean);
    expect(await tagsOf(key)).toMatchObject({ goodnet: 'clean' });
    expect(await resultOf(key, each.first === 'clean' ? one : two)).toMatchObject({ outcome: 'clean' });
  });

  it('gives up on what is replaced all the time, for that one to come again', async () => {
    const key = 'restless.png';
    await put(key, 'clean');
    let times = 0;
    const tag: Uploads['tag'] = async (...args) => {
      const tagged = await uploads.tag(...args);
      await put(key, times++ % 2 === 0 ? 'backdoored' : 'clean');
      return tagged;
    };
    const screening = screenObject(
      { bucket, key },
      { model: colours, uploads: { ...uploads, tag }, recording: KEPT },
    );
    if (versions) expect(await screening).toMatchObject({ outcome: 'clean' });
    else await expect(screening).rejects.toThrow(/replaced faster than it is screened/);
  });
});
