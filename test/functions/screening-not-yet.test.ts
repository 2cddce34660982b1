import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sendLater } from '../../functions/lambda/later';
import { startScreener } from '../../functions/lambda/screener';
import { screenBatch } from '../../functions/screening/backfill';
import { screenEvents, TRIES } from '../../functions/screening/events';
import { screenObject } from '../../functions/screening/screen-object';
import { s3Uploads } from '../../functions/uploads/s3';
import { startEngine } from '../../models/engine';
import { s3Client } from '../../models/store/s3-files';
import { hasMoto, startMoto } from '../moto';
import { hasS3Server, type S3Server, startS3Server } from '../s3-server';
import { BLUE, colours, plain } from './stand-in';

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

/** A message of an upload that many milliseconds ago. */
function message(ago: number): { messageId: string; body: string } {
  const detail = { bucket: { name: 'goodnet' }, object: { key: 'early.png' } };
  const time = new Date(Date.now() - ago).toISOString();
  return {
    messageId: 'm',
    body: JSON.stringify({ 'detail-type': 'Object Created', source: 'aws.s3', time, detail }),
  };
}

describe.skipIf(!hasS3Server)('an upload before there is a model', () => {
  let server: S3Server;
  let client: S3Client;
  const empty = mkdtempSync(join(tmpdir(), 'goodnet-no-model-'));
  beforeAll(async () => {
    await startEngine({ engine: 'wasm' });
    server = await startS3Server();
    client = s3Client(server.config);
    const settings = { ...server.env, GOODNET_BUNDLE: empty, GOODNET_RESULTS_PREFIX: 'results/' };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    client?.destroy();
    await server?.close();
    rmSync(empty, { recursive: true, force: true });
  });
  const result = async (key: string) => {
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket: 'goodnet', Key: `results/${key}.json` }),
    );
    return JSON.parse(await Body!.transformToString());
  };

  it('is told in a result, and tried again for as long as the queue keeps it', async () => {
    const later: string[] = [];
    const lines: Record<string, unknown>[] = [];
    const options = { ...(await startScreener()), later: async (body: string) => void later.push(body) };
    const log = (line: Record<string, unknown>) => lines.push(line);
    const young = message(3 * DAY);
    expect(await screenEvents({ Records: [young] }, { ...options, log })).toEqual({ batchItemFailures: [] });
    expect(later).toEqual([young.body]);
    expect(lines).toMatchObject([
      { level: 'warn', message: expect.stringMatching(/no model .* yet/), key: 'early.png' },
    ]);
    expect(await result('early.png')).toMatchObject({ outcome: 'waiting', key: 'early.png' });
    // Then it ends among the dead letters, which raise an alarm.
    const old = await screenEvents({ Records: [message(5 * DAY)] }, { ...options, log });
    expect(old).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
    expect(later).toHaveLength(1);
  });

  it('that reads as gone is told in a result, which takes nobody’s place, and as a warning', async () => {
    const recording = { results: { prefix: 'results/' } };
    const lines: Record<string, unknown>[] = [];
    const screen = (object: { bucket: string; key: string }) =>
      screenObject(object, { model: colours, uploads: s3Uploads(client), recording });
    const gone = message(0);
    const asked = { ...gone, body: gone.body.replace('early.png', 'gone.png') };
    await screenEvents({ Records: [asked] }, { screen, log: (line) => lines.push(line) });
    expect(lines).toMatchObject([{ level: 'warn', outcome: 'gone', key: 'gone.png' }]);
    expect(await result('gone.png')).toMatchObject({ outcome: 'gone' });
    // What waited and is not there any more waits no longer; a verdict stays.
    await screenEvents({ Records: [gone] }, { screen, log: () => {} });
    expect(await result('early.png')).toMatchObject({ outcome: 'gone' });
    const verdict = { outcome: 'backdoored', movedTo: { bucket: 'goodnet', key: 'quarantine/early.png' } };
    const to = { Bucket: 'goodnet', Key: 'results/early.png.json' };
    await client.send(new PutObjectCommand({ ...to, Body: JSON.stringify(verdict) }));
    await screenEvents({ Records: [gone] }, { screen, log: () => {} });
    expect(await result('early.png')).toEqual(verdict);
  });

  it('is told as unscreened once its queue gives up, and has a verdict if it comes back', async () => {
    const options = { ...(await startScreener()), later: async () => {}, log: () => {} };
    const late = (ago: number, tries: number) => {
      const { body } = message(ago);
      const attributes = { ApproximateReceiveCount: `${tries}` };
      return { Records: [{ messageId: 'm', body: body.replace('early', 'late'), attributes }] };
    };
    const after = async (ago: number, tries: number) => {
      const { batchItemFailures } = await screenEvents(late(ago, tries), options);
      const { outcome, message } = await result('late.png');
      return [batchItemFailures.length, outcome, message];
    };
    const why = expect.stringMatching(/no model .* yet/);
    expect(await after(0, 1)).toEqual([0, 'waiting', why]);
    expect(await after(5 * DAY, TRIES - 1)).toEqual([1, 'waiting', why]);
    expect(await after(5 * DAY, TRIES)).toEqual([1, 'unscreened', why]);
    // A backfill that fails by anything gives up, too.
    const failing = { ...options, screen: () => Promise.reject(new Error('no luck')) };
    expect(await after(0, 1)).toEqual([0, 'waiting', why]);
    await screenBatch({ Items: [{ Key: 'late.png' }] }, { ...failing, bucket: 'goodnet', waits: [] }).catch(
      () => {},
    );
    expect(await result('late.png')).toMatchObject({ outcome: 'unscreened', message: 'no luck' });
    const Body = await plain(BLUE).png().toBuffer();
    await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: 'late.png', Body }));
    const recording = { results: { prefix: 'results/' } };
    const screen = (object: { bucket: string; key: string }) =>
      screenObject(object, { model: colours, uploads: s3Uploads(client), recording });
    await screenEvents(late(5 * DAY, 1), { ...options, screen });
    expect(await result('late.png')).toMatchObject({ outcome: 'clean' });
  });

  it('that goes while it is judged is told as gone, too', async () => {
    const Body = await plain(BLUE).png().toBuffer();
    const versionId = 'v'.repeat(32);
    const uploads = s3Uploads(client);
    const recording = { tags: true, results: { prefix: 'results/' } };
    await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: 'going.png', Body }));
    const result = await screenObject(
      { bucket: 'goodnet', key: 'going.png', versionId },
      {
        model: colours,
        recording,
        uploads: {
          ...uploads,
          fetch: (object, most) => uploads.fetch({ ...object, versionId: undefined } as typeof object, most),
          tag: async () => 'gone',
        },
      },
    );
    expect(result.outcome).toBe('gone');
    const { Body: told } = await client.send(
      new GetObjectCommand({ Bucket: 'goodnet', Key: `results/going.png.${versionId}.json` }),
    );
    expect(JSON.parse(await told!.transformToString())).toMatchObject({ outcome: 'gone' });
  });

  it('that reads as gone is looked for again for six hours, and has a verdict once it is there', async () => {
    const later: string[] = [];
    const options = {
      screen: (object: { bucket: string; key: string }) =>
        screenObject(object, {
          model: colours,
          uploads: s3Uploads(client),
          recording: { results: { prefix: 'results/' } },
        }),
      log: () => {},
      later: async (body: string) => void later.push(body),
    };
    const named = (ago: number) => ({ ...message(ago), body: message(ago).body.replace('early', 'hidden') });
    const young = named(5 * HOUR);
    expect(await screenEvents({ Records: [young] }, options)).toEqual({ batchItemFailures: [] });
    const [again] = later.map((body) => JSON.parse(body));
    expect(again).toMatchObject({ ...JSON.parse(young.body), gone: { looks: 1 } });
    expect(await result('hidden.png')).toMatchObject({ outcome: 'gone' });
    later.pop();
    // More and more rarely: a message comes each quarter of an hour, 24 in all, and S3 is asked five times.
    vi.useFakeTimers({ toFake: ['Date'] });
    let looks = 0;
    const looking = async (object: { bucket: string; key: string }) => {
      looks++;
      return { ...object, outcome: 'gone' as const, model: 'm', bundle: 'b' };
    };
    let next: string | undefined = named(0).body;
    let messages = 0;
    for (; next !== undefined; messages++) {
      await screenEvents({ Records: [{ messageId: 'm', body: next }] }, { ...options, screen: looking });
      next = later.pop();
      vi.advanceTimersByTime(900_000);
    }
    vi.useRealTimers();
    expect(messages).toBeGreaterThan(20);
    expect(messages).toBeLessThan(27);
    expect(looks).toBe(5);
    later.push(young.body);
    // Nothing is there after six hours: told, and no dead letter, for people delete.
    expect(await screenEvents({ Records: [named(7 * HOUR)] }, options)).toEqual({ batchItemFailures: [] });
    expect(later).toHaveLength(1);
    const Body = await plain(BLUE).png().toBuffer();
    await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: 'hidden.png', Body }));
    expect(await screenEvents({ Records: [{ messageId: 'm', body: later[0]! }] }, options)).toEqual({
      batchItemFailures: [],
    });
    expect(later).toHaveLength(1);
    expect(await result('hidden.png')).toMatchObject({ outcome: 'clean' });
  });
});

it.skipIf(!hasMoto)(
  'an upload that can not be screened yet comes again after a quarter of an hour',
  async () => {
    const moto = await startMoto();
    const client = new SQSClient(moto.config);
    try {
      const queue = await moto.createQueue('uploads');
      await sendLater(queue, client)('{"a":1}');
      const counts = ['ApproximateNumberOfMessagesDelayed', 'ApproximateNumberOfMessages'] as const;
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: [...counts] }),
      );
      expect(Attributes).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1' });
      expect(await moto.receive(queue)).toEqual([]);
    } finally {
      client.destroy();
      await moto.close();
    }
  },
);
