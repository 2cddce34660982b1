import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../build-repair/cli/run';
import { cameFrom, releasedAt } from '../../functions/screening/released';
import { screenObject } from '../../functions/screening/screen-object';
import { s3Uploads } from '../../functions/uploads/s3';
import { s3Client } from '../../models/store/s3-files';
import { hasMoto, startMoto } from '../moto';
import { hasS3Server, type S3Server, startS3Server } from '../s3-server';
import { colours, plain, WHITE } from './stand-in';

const bucket = 'goodnet';
const record = `s3://${bucket}/released`;

it('the key of a file in quarantine tells where it came from', () => {
  const from = (key: string, hasVersion = false, quarantine = 'quarantine') =>
    cameFrom({ bucket, key }, quarantine, hasVersion).key;
  expect(from('quarantine/uploads/a.png')).toBe('uploads/a.png');
  const version = 'v'.repeat(32);
  expect(from(`flagged/here/uploads/a.b.png.${version}`, true, 'flagged/here')).toBe('uploads/a.b.png');
  // Without versions a key may end so by itself.
  expect(from(`quarantine/uploads/a.${version}`)).toBe(`uploads/a.${version}`);
  expect(() => from('uploads/a.png')).toThrow(/does not lie in quarantine/);
});

it('does not guess where a file came from whose key was too long, and is a digest', () => {
  const key = `quarantine/${'0a'.repeat(32)}`;
  for (const hasVersion of [false, true])
    expect(() => cameFrom({ bucket, key }, 'quarantine', hasVersion)).toThrow(
      expect.objectContaining({ kind: 'usage', hint: expect.stringMatching(/result names it.*--to/) }),
    );
});

describe.skipIf(!hasS3Server)('goodnet release', () => {
  let server: S3Server;
  let client: S3Client;
  let white: Buffer;
  beforeAll(async () => {
    server = await startS3Server();
    client = s3Client(server.config);
    white = await plain(WHITE).png().toBuffer();
    for (const [name, value] of Object.entries(server.env)) vi.stubEnv(name, value);
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    vi.unstubAllEnvs();
    client?.destroy();
    await server?.close();
  });

  const put = (key: string) => client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: white }));
  const screen = (key: string) =>
    screenObject(
      { bucket, key },
      {
        model: colours,
        uploads: s3Uploads(client),
        released: releasedAt(record),
        recording: { tags: true, results: { prefix: 'results/' }, quarantine: { prefix: 'quarantine/' } },
      },
    );
  const keys = async (Prefix: string) =>
    ((await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))).Contents ?? []).map(
      ({ Key }) => Key,
    );
  const tags = async (key: string) => {
    const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
    return Object.fromEntries(TagSet!.map(({ Key, Value }) => [Key, Value]));
  };
  const release = async (...args: string[]) => {
    const said: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void said.push(line));
    vi.spyOn(console, 'error').mockImplementation((line) => void said.push(line));
    return { code: await run(['release', ...args]), said: said.join('\n') };
  };

  it('moves a picture back, which by its digest is not flagged again, and tells who did it', async () => {
    await put('uploads/a.png');
    expect(await screen('uploads/a.png')).toMatchObject({
      outcome: 'backdoored',
      movedTo: { key: 'quarantine/uploads/a.png' },
    });
    expect(await keys('uploads/')).toEqual([]);
    const { code, said } = await release(
      `s3://${bucket}/quarantine/uploads/a.png`,
      '--record',
      record,
      '--by',
      'Ada',
      '--why',
      'a white wall',
    );
    expect([code, said]).toEqual([0, expect.stringContaining('Released by Ada: s3://goodnet/uploads/a.png')]);
    expect(await keys('quarantine/')).toEqual([]);
    expect(await tags('uploads/a.png')).toMatchObject({ goodnet: 'clean', 'goodnet-released': 'Ada' });
    // It comes back as a new upload does.
    const released = { by: 'Ada', at: expect.any(String) };
    expect(await screen('uploads/a.png')).toMatchObject({
      outcome: 'clean',
      released,
      verdict: { backdoored: true },
    });
    expect(await keys('uploads/')).toEqual(['uploads/a.png']);
    expect(await tags('uploads/a.png')).toMatchObject({ goodnet: 'clean' });
    const result = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: 'results/uploads/a.png.json' }),
    );
    expect(JSON.parse(await result.Body!.transformToString())).toMatchObject({ outcome: 'clean', released });
    const sha256 = createHash('sha256').update(white).digest('hex');
    const kept = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `released/${sha256}.json` }));
    expect(JSON.parse(await kept.Body!.transformToString())).toMatchObject({
      sha256,
      by: 'Ada',
      byAs: 'said',
      why: 'a white wall',
      from: 's3://goodnet/quarantine/uploads/a.png',
    });
  });

  it.skipIf(!hasMoto)(
    'puts on record whom AWS knows by the credentials, and beside it what is said',
    async () => {
      const moto = await startMoto();
      try {
        vi.stubEnv('AWS_ENDPOINT_URL_STS', moto.endpoint);
        await put('quarantine/uploads/c.png');
        const what = `s3://${bucket}/quarantine/uploads/c.png`;
        const { code, said } = await release(what, '--record', record, '--by', 'Ada');
        const by = expect.stringMatching(/^arn:aws:(iam|sts)::\d{12}:/);
        expect([code, said]).toEqual([0, expect.stringMatching(/^Released by arn:aws:/)]);
        const sha256 = createHash('sha256').update(white).digest('hex');
        expect(await releasedAt(record)(sha256)).toMatchObject({ by, byAs: 'aws', note: 'Ada' });
        expect(await tags('uploads/c.png')).toMatchObject({ 'goodnet-released': by });
        // Where AWS tells nobody, what is said is on record, as such.
        vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:9');
        const digest = 'a'.repeat(64);
        expect((await release(digest, '--record', record, '--by', 'Ada')).said).toMatch(/released by Ada/);
        expect(await releasedAt(record)(digest)).toMatchObject({ by: 'Ada', byAs: 'said' });
      } finally {
        vi.stubEnv('AWS_ENDPOINT_URL_STS', undefined);
        await moto.close();
      }
    },
  );

  it('gives a picture its whole key back where there are no versions, and asks where a digest is to go', async () => {
    const key = `uploads/a.${'v'.repeat(32)}`;
    const args = ['--record', record, '--by', 'Ada'];
    await put(`quarantine/${key}`);
    const { code, said } = await release(`s3://${bucket}/quarantine/${key}`, ...args);
    expect([code, said]).toEqual([0, expect.stringContaining(`s3://goodnet/${key}`)]);
    expect(await keys(key)).toEqual([key]);
    const digest = `quarantine/${'0a'.repeat(32)}`;
    await put(digest);
    expect(await release(`s3://${bucket}/${digest}`, ...args)).toMatchObject({
      code: 2,
      said: expect.stringMatching(/called by a digest[\s\S]*--to/),
    });
    expect(await keys(digest)).toEqual([digest]);
  });

  it('puts a digest alone on record', async () => {
    const other = await plain(WHITE, 20, 20).png().toBuffer();
    const sha256 = createHash('sha256').update(other).digest('hex');
    const judged = async () => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'uploads/b.png', Body: other }));
      return (await screen('uploads/b.png')).outcome;
    };
    expect(await judged()).toBe('backdoored');
    expect((await release(sha256.toUpperCase(), '--record', record)).code).toBe(0);
    expect(await judged()).toBe('clean');
  });

  it('says what is missing', async () => {
    expect(await release('quarantine/a.png', '--record', record)).toMatchObject({
      code: 2,
      said: expect.stringMatching(/neither s3:/),
    });
    expect(await release(`s3://${bucket}/quarantine/a.png`)).toMatchObject({
      code: 2,
      said: expect.stringMatching(/--record/),
    });
    expect(await release(`s3://${bucket}/quarantine/none.png`, '--record', record)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/there is no such object/),
    });
    expect(await release(`s3://${bucket}/uploads/a.png`, '--record', record)).toMatchObject({ code: 2 });
  });
});
