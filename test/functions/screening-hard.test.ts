import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { screenBatch } from '../../functions/screening/backfill';
import { type Recording, screenObject } from '../../functions/screening/screen-object';
import { s3Uploads, type UploadedObject, type Uploads } from '../../functions/uploads/s3';
import { s3Client } from '../../models/store/s3-files';
import { hasS3Server, type S3Server, startS3Server } from '../s3-server';
import { BLUE, colours, plain, WHITE } from './stand-in';

const bucket = 'goodnet';
const RECORDING: Recording = {
  tags: true,
  results: { prefix: 'results/' },
  quarantine: { prefix: 'quarantine/' },
};

describe.skipIf(!hasS3Server)('screening when things go wrong', () => {
  let server: S3Server;
  let client: S3Client;
  let uploads: Uploads;
  let blue: Buffer;
  let white: Buffer;

  beforeAll(async () => {
    server = await startS3Server({ versions: true });
    client = s3Client(server.config);
    uploads = s3Uploads(client);
    [blue, white] = await Promise.all([plain(BLUE).png().toBuffer(), plain(WHITE).png().toBuffer()]);
  });
  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  const put = async (Key: string, Body: Buffer, more: object = {}) =>
    (await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...more }))).VersionId;
  const text = async (Key: string) =>
    (await client.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body!.transformToString();
  const isThere = async (key: string) => (await uploads.fetch({ bucket, key }, 1e6)) !== 'gone';
  const screen = (object: UploadedObject, recording = RECORDING, of = uploads) =>
    screenObject(object, { model: colours, uploads: of, recording });

  it.each(['tag', 'copy', 'write', 'announce', 'remove'] as const)(
    'loses nothing where it breaks off at: %s',
    async (step) => {
      const key = `broken/${step}.png`;
      await put(key, white);
      const broken = async () => Promise.reject(new Error('broken off'));
      const announced: unknown[] = [];
      const announce = async (result: object) => {
        announced.push(result);
      };
      const failing = { ...RECORDING, announce: step === 'announce' ? broken : announce };
      const of = step === 'announce' ? uploads : { ...uploads, [step]: broken };
      await expect(screen({ bucket, key }, failing, of)).rejects.toThrow('broken off');
      expect(await isThere(key)).toBe(true);
      const { outcome, movedTo } = await screen({ bucket, key }, { ...RECORDING, announce });
      expect(outcome).toBe('backdoored');
      expect(await isThere(key)).toBe(false);
      expect(await isThere(movedTo!.key)).toBe(true);
      expect(JSON.parse(await text(`results/${key}.json`)).movedTo).toEqual(movedTo);
      expect(announced.at(-1)).toMatchObject({ key, movedTo });
      expect((await screen({ bucket, key })).outcome).toBe('gone');
      expect(JSON.parse(await text(`results/${key}.json`)).movedTo).toEqual(movedTo);
    },
  );

  it('removes nothing that came in its place meanwhile', async () => {
    const key = 'replaced.png';
    await put(key, white);
    const replacing: Uploads = {
      ...uploads,
      copy: async (...args) => {
        const isCopied = await uploads.copy(...args);
        await put(key, blue);
        return isCopied;
      },
    };
    expect((await screen({ bucket, key }, RECORDING, replacing)).movedTo).toEqual({
      bucket,
      key: `quarantine/${key}`,
    });
    expect(await isThere(key)).toBe(true);
    expect((await screen({ bucket, key })).outcome).toBe('clean');
  });

  it('writes down what has too many tags, too long a key, or is in an archive', async () => {
    const tags = Array.from({ length: 9 }, (_, i) => `t${i}=x`).join('&');
    await put('tagged.png', blue, { Tagging: tags });
    expect(await screen({ bucket, key: 'tagged.png' })).toMatchObject({
      outcome: 'clean',
      untagged: expect.any(String),
    });
    const long = `${'long/'.repeat(200)}${'x'.repeat(19)}.png`;
    expect(Buffer.byteLength(long)).toBe(1023);
    await put(long, white);
    const { movedTo } = await screen({ bucket, key: long });
    expect(movedTo!.key).toMatch(/^quarantine\/[0-9a-f]{64}$/);
    expect(await isThere(movedTo!.key)).toBe(true);
    expect(JSON.parse(await text(`results/${movedTo!.key.slice(11)}.json`))).toMatchObject({ key: long });
    const frozen = Object.assign(new Error('not for this storage class'), { name: 'InvalidObjectState' });
    const archive = s3Uploads({ send: () => Promise.reject(frozen) } as unknown as S3Client);
    const of = { ...archive, write: uploads.write };
    expect(await screen({ bucket, key: 'old.png' }, { results: RECORDING.results }, of)).toMatchObject({
      outcome: 'unreadable',
      reason: 'archived',
    });
  });

  it('takes a bucket that is not there for no object that is gone', async () => {
    await put('kept.png', white);
    const elsewhere = { quarantine: { bucket: 'no-such-bucket', prefix: 'quarantine/' } };
    await expect(screen({ bucket, key: 'kept.png' }, elsewhere)).rejects.toThrow(/bucket does not exist/);
    expect(await isThere('kept.png')).toBe(true);
    await expect(screen({ bucket: 'no-such-bucket', key: 'x' })).rejects.toThrow(/bucket does not exist/);
  });

  it('goes through a batch of an inventory, its keys encoded, its own files left alone', async () => {
    await put('inventory/ä b+c.png', blue);
    const seen: string[] = [];
    const answer = await screenBatch(
      {
        BatchInput: { encodedKeys: true },
        Items: [
          { Bucket: bucket, Key: 'inventory/%C3%A4+b%2Bc.png' },
          { Bucket: bucket, Key: 'results/x.json' },
          { Bucket: bucket, Key: '%' },
        ],
      },
      {
        screen: (object) => screen(object),
        ownPrefixes: ['results/', 'quarantine/'],
        log: ({ message, key, outcome }) => seen.push(`${key}: ${outcome ?? message}`),
      },
    );
    expect(answer.counts).toEqual({ clean: 1, backdoored: 0, unreadable: 0, gone: 0, failed: 1 });
    expect(answer.failed).toEqual([{ key: '%', message: expect.stringMatching(/URI/) }]);
    expect(seen.sort()).toEqual([
      '%: URI malformed',
      'inventory/ä b+c.png: clean',
      'results/x.json: left out: below a prefix of our own',
    ]);
  });

  it('looks at the version that the event names', async () => {
    await client.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const key = 'versions.png';
    const first = await put(key, white);
    const second = await put(key, blue);
    expect(first).not.toBe(second);
    const flagged = await screen({ bucket, key, versionId: first });
    expect(flagged).toMatchObject({
      outcome: 'backdoored',
      movedTo: { key: `quarantine/${key}.${first}` },
    });
    expect(await uploads.fetch({ bucket, key, versionId: first }, 1e6)).toBe('gone');
    expect((await screen({ bucket, key, versionId: second })).outcome).toBe('clean');
    expect(JSON.parse(await text(`results/${key}.${first}.json`)).outcome).toBe('backdoored');
    // A backfill, which names no version, writes the same result in the same place.
    const told = await screen({ bucket, key });
    expect(told).toMatchObject({ outcome: 'clean', versionId: second });
    await expect(text(`results/${key}.json`)).rejects.toThrow();
    const { VersionId } = await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    expect((await screen({ bucket, key, versionId: VersionId })).outcome).toBe('gone');
    expect((await screen({ bucket, key, versionId: second })).outcome).toBe('clean');
  });
});
