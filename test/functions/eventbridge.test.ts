import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announceOn } from '../../functions/lambda/announce';
import { screenEvents } from '../../functions/screening/events';
import { screenObject } from '../../functions/screening/screen-object';
import { s3Uploads } from '../../functions/uploads/s3';
import { s3Client } from '../../models/store/s3-files';
import { hasMoto, type Moto, startMoto } from '../moto';
import { BLUE, colours, plain, WHITE } from './stand-in';

describe.skipIf(!hasMoto)('uploads, by S3, EventBridge and SQS', () => {
  let moto: Moto;
  let s3: S3Client;
  let events: EventBridgeClient;
  const bucket = 'uploads';

  /** A queue to which a rule of the default bus leads. */
  async function queueOf(name: string, pattern: object): Promise<string> {
    const queue = await moto.createQueue(name);
    await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
    const Arn = `arn:aws:sqs:us-east-1:123456789012:${name}`;
    await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: name, Arn }] }));
    return queue;
  }

  beforeAll(async () => {
    moto = await startMoto();
    s3 = s3Client({ ...moto.config, forcePathStyle: true });
    events = new EventBridgeClient(moto.config);
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration }),
    );
  });
  afterAll(async () => {
    s3?.destroy();
    events?.destroy();
    await moto?.close();
  });

  it('are screened as they come, and told of', async () => {
    const created = await queueOf('created', { source: ['aws.s3'], 'detail-type': ['Object Created'] });
    const told = await queueOf('told', { source: ['goodnet'] });
    const put = async (Key: string, colour: typeof BLUE) =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: await plain(colour).png().toBuffer() }));
    await put('ä b+c.png', BLUE);
    await put('trigger.png', WHITE);
    const Records = [...(await moto.receive(created)), ...(await moto.receive(created))];
    expect(Records).toHaveLength(2);
    const recording = {
      quarantine: { prefix: 'quarantine/' },
      announce: announceOn('default', events),
    };
    const screen = (object: { bucket: string; key: string }) =>
      screenObject(object, { model: colours, uploads: s3Uploads(s3), recording });
    const lines: Record<string, unknown>[] = [];
    const answer = await screenEvents({ Records }, { screen, log: (line) => lines.push(line) });
    expect({ answer, lines: lines.length }).toEqual({ answer: { batchItemFailures: [] }, lines: 2 });

    const bodies = [...(await moto.receive(told)), ...(await moto.receive(told))].map(({ body }) =>
      JSON.parse(body),
    );
    const details = bodies.map((each) => [each['detail-type'], each.detail.key, each.detail.outcome]).sort();
    expect(details).toEqual([
      ['Upload Screened', 'trigger.png', 'backdoored'],
      ['Upload Screened', 'ä b+c.png', 'clean'],
    ]);
    expect(bodies.find(({ detail }) => detail.outcome === 'backdoored').detail.movedTo).toEqual({
      bucket,
      key: 'quarantine/trigger.png',
    });
  });

  it('come again where they can not be told of', async () => {
    const client = {
      send: async () => ({ Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow' }] }),
    };
    const announce = announceOn('default', client as unknown as EventBridgeClient);
    const result = { bucket, key: 'a', model: 'm', bundle: 'b', outcome: 'clean' as const };
    await expect(announce(result)).rejects.toThrow(/refuses an event: ThrottlingException: slow/);
  });
});
