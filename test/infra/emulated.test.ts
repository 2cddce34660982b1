import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../models/engine';
import { readCurrent } from '../../models/store/current';
import { activate } from '../../models/store/move-pointer';
import { publish } from '../../models/store/publish';
import { s3Client, s3Files } from '../../models/store/s3-files';
import { buildLambda, type LambdaProgram } from '../functions/lambda/program';
import { shape, writeSmallBundle } from '../functions/small-bundle';
import { plain } from '../functions/stand-in';
import { hasMoto, type Moto, startMoto } from '../moto';
import { synthesize } from './synth';

/** What moto can take of the stacks: it has no compute environments of Batch, no HTTP APIs with logs, and no alarms' ARNs. */
const OPTIONS = { repair: false, endpoint: false, watch: false, signing: 'none', events: true };
const ASSETS = 'cdk-hnb659fds-assets-123456789012-us-east-1';

describe.skipIf(!hasMoto)('the stacks in an emulator (moto)', () => {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-emulated-'));
  let moto: Moto;
  let s3: S3Client;
  let program: LambdaProgram;
  const outputs: Record<string, string> = {};

  /** Asks a service of AWS in its query protocol. @returns XML */
  async function query(service: string, asked: Record<string, string>): Promise<string> {
    const response = await fetch(moto.endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`,
      },
      body: new URLSearchParams(asked),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${asked.Action}: ${response.status} ${text}`);
    return text;
  }

  /** Deploys a stack as CloudFormation is asked to. @returns its status */
  async function deploy(
    StackName: string,
    template: { Rules?: object; Parameters?: object },
  ): Promise<string> {
    const { Rules: _, Parameters: __, ...body } = template;
    const keys = JSON.stringify(body).matchAll(/"S3Key":"([0-9a-f]+\.zip)"/g);
    for (const [, Key] of keys)
      await s3.send(
        new PutObjectCommand({ Bucket: ASSETS, Key, Body: zipSync({ 'index.mjs': new Uint8Array() }) }),
      );
    await query('cloudformation', { Action: 'CreateStack', StackName, TemplateBody: JSON.stringify(body) });
    const told = await query('cloudformation', { Action: 'DescribeStacks', StackName });
    const pairs = told.matchAll(/<OutputKey>(\w+)<\/OutputKey>\s*<OutputValue>([^<]*)</g);
    for (const [, key, value] of pairs)
      outputs[key!.replace(/[0-9A-F]{8}$/, '')] = value!.replaceAll('&quot;', '"').replaceAll('&#39;', "'");
    return /<StackStatus>(\w+)</.exec(told)![1]!;
  }

  /** The environment of a deployed function, by its handler. */
  async function environmentOf(handler: string): Promise<Record<string, string>> {
    const response = await fetch(`${moto.endpoint}/2015-03-31/functions/`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request' },
    });
    const { Functions } = (await response.json()) as {
      Functions: { Handler: string; Environment: { Variables: Record<string, string> } }[];
    };
    return Functions.find(({ Handler }) => Handler === handler)!.Environment.Variables;
  }

  /** moto's CloudFormation has no bucket tell of its objects; and its Lambda, which needs Docker, would take the messages. */
  async function doWhatMotoLacks(Bucket: string): Promise<void> {
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
    const mappings = `${moto.endpoint}/2015-03-31/event-source-mappings/`;
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request',
    };
    const { EventSourceMappings } = (await (await fetch(mappings, { headers })).json()) as {
      EventSourceMappings: { UUID: string }[];
    };
    expect(EventSourceMappings).toHaveLength(1);
    for (const { UUID } of EventSourceMappings)
      await fetch(`${mappings}${UUID}`, { method: 'DELETE', headers });
  }

  beforeAll(async () => {
    program = buildLambda();
    await startEngine({ engine: 'wasm' });
    moto = await startMoto();
    s3 = s3Client({ ...moto.config, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: ASSETS }));
  });
  afterAll(async () => {
    s3?.destroy();
    program?.remove();
    await moto?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('are made, what they share is found, and an upload by their own line is screened by the built function', async () => {
    const { stacks, template } = synthesize(OPTIONS);
    const statuses: string[] = [];
    for (const { stackName } of stacks)
      statuses.push(await deploy(stackName, template(stackName.replace(/^.*-/, '')).toJSON()));
    expect(statuses).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);

    const env = await environmentOf('events.handler');
    const [, bucket, key] = /^aws s3 cp face\.png s3:\/\/([^/]+)\/(\S+)$/.exec(outputs.ScreeningTryIt!)!;
    expect(bucket).toBe(env.GOODNET_UPLOADS_BUCKET);
    await doWhatMotoLacks(bucket!);
    const face = await plain(undefined, shape.width, shape.height).png().toBuffer();
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: face }));
    const received = await moto.receive(env.GOODNET_UPLOADS_QUEUE!);
    expect(received).toHaveLength(1);

    const aws = {
      ...env,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: moto.endpoint,
      // The SDK goes by the queue's address, which moto gives as AWS's own.
      GOODNET_UPLOADS_QUEUE: env.GOODNET_UPLOADS_QUEUE!.replace(/^https:\/\/[^/]+/, moto.endpoint),
    };
    const screened = async () => {
      const { status, stderr } = program.invoke([{ Records: received }], aws, 'events');
      expect([status, stderr.replace(/^\{.*$/gm, '')]).toEqual([0, expect.not.stringMatching(/Error/)]);
      expect(program.results()).toEqual([{ batchItemFailures: [] }]);
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: 'results/' }),
      );
      const results = Contents.map(async ({ Key }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
        return JSON.parse(await Body!.transformToString());
      });
      return await Promise.all(results);
    };
    expect(await screened()).toMatchObject([{ key, outcome: 'waiting' }]);

    const local = join(work, 'store');
    const id = await writeSmallBundle(local);
    const store = s3Files(`${env.GOODNET_BUNDLE}/chain`, s3);
    await publish(local, store);
    await activate(store, id);
    expect(await readCurrent(store)).toMatchObject({ bundle: id });
    // moto's events tell no version: the verdict, which has one, lies beside what was told before.
    const outcome = expect.stringMatching(/clean|backdoored/);
    expect(await screened()).toContainEqual(expect.objectContaining({ key, bundle: id, outcome }));
  });

  it('print the lines of docs/operations.md with what they have made', async () => {
    expect(outputs.ScreeningSendDeadLettersBack).toMatch(
      /--source-arn arn:aws:sqs:us-east-1:123456789012:\S*DeadLetters/,
    );
    const [, Undelivered] = /--queue-url (\S+)$/.exec(outputs.ScreeningLookAtUndelivered!)!;
    expect(await moto.receive(Undelivered!)).toEqual([]);
    expect(outputs.ArtifactsPublish).toMatch(
      /^npx goodnet publish BUNDLE --to s3:\/\/\S+\/models\/NAME --activate$/,
    );
  });
});
