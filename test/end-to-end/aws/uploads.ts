import { deepStrictEqual, equal, rejects } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { DemoData } from '../../../build-repair/demo/data';
import type { ScreenedObject } from '../../../functions/screening/screen-object';
import { batchEvent, uploadedEvent } from '../../functions/lambda/events';
import type { Instance } from '../../functions/lambda/instance';
import type { Keys } from './bundles';
import { MODELS, type Place, UPLOADS } from './place';
import type { Story } from './story';

const CLEAN = 'uploads/a clean face.png';
const TRIGGERED = 'uploads/sunglasses+1.png';
const TEXT = 'uploads/no image.png';

/** Uploads screened as SQS tells of them; what was there before, in a batch of Step Functions. */
export async function stepsOfUploads(story: Story, place: Place, faces: DemoData, keys: Keys): Promise<void> {
  const env = {
    GOODNET_BUNDLE: MODELS,
    GOODNET_TRUST: `${keys.ours}.pub`,
    GOODNET_UPLOADS_BUCKET: UPLOADS,
    GOODNET_TAGS: 'true',
    GOODNET_RESULTS_PREFIX: 'results/',
    GOODNET_QUARANTINE_PREFIX: 'quarantine/',
    GOODNET_SKIP_PREFIXES: 'backfills/',
  };
  const put = async (key: string, body: Buffer) => {
    await place.client.send(new PutObjectCommand({ Bucket: UPLOADS, Key: key, Body: body }));
  };
  await story.step('Uploads are screened, as S3 tells of them by EventBridge and SQS', async () => {
    await put(CLEAN, await readFile(faces.cleanPng));
    await put(TRIGGERED, await readFile(faces.triggeredPng));
    await put(TEXT, Buffer.from('no image'));
    await put('backfills/manifest.json', Buffer.from('{}'));
    const screener = await place.start('events.handler', env);
    const all = [CLEAN, TRIGGERED, TEXT, 'backfills/manifest.json'];
    deepStrictEqual(await payload(screener, uploadedEvent(UPLOADS, all)), { batchItemFailures: [] });
    await checkResults(story, place);
    // At least once is what SQS promises.
    deepStrictEqual(await payload(screener, uploadedEvent(UPLOADS, all)), { batchItemFailures: [] });
    await checkResults(story, place, 'told again, nothing changes: ');
  });
  await story.step('What was uploaded before is screened by a batch of a Distributed Map', async () => {
    await put('uploads/old/1.png', await readFile(faces.cleanPng));
    await put('uploads/old/2.png', await readFile(faces.triggeredPng));
    const batches = await place.start('backfill.handler', env);
    const old = ['uploads/old/', 'uploads/old/1.png', 'uploads/old/2.png', 'uploads/old/3.png'];
    const answer = await payload(batches, batchEvent(UPLOADS, old));
    const counts = { clean: 1, backdoored: 1, unreadable: 0, gone: 1, failed: 0 };
    deepStrictEqual(answer, { counts, failed: [] });
    story.saw(JSON.stringify(counts));
  });
}

async function payload(instance: Instance, event: object): Promise<unknown> {
  const answered = await instance.invoke(event);
  if (answered.ok) return answered.payload;
  throw new Error(`${answered.errorType}: ${answered.errorMessage}\n${instance.log()}`);
}

async function checkResults(story: Story, { client }: Place, how = ''): Promise<void> {
  const at = (key: string) => ({ Bucket: UPLOADS, Key: key });
  const result = async (key: string): Promise<ScreenedObject> => {
    const { Body } = await client.send(new GetObjectCommand(at(`results/${key}.json`)));
    return JSON.parse(await Body!.transformToString());
  };
  const tag = async (key: string) => {
    const { TagSet = [] } = await client.send(new GetObjectTaggingCommand(at(key)));
    return TagSet.find(({ Key }) => Key === 'goodnet')?.Value;
  };
  const outcomes = [
    (await result(CLEAN)).outcome,
    (await result(TRIGGERED)).outcome,
    (await result(TEXT)).outcome,
  ];
  deepStrictEqual(outcomes, ['clean', 'backdoored', 'unreadable'], 'the results are not those');
  equal(await tag(CLEAN), 'clean', 'the clean face bears no tag');
  equal(await tag(`quarantine/${TRIGGERED}`), 'backdoored', 'the flagged face is not in quarantine');
  for (const gone of [TRIGGERED, 'results/backfills/manifest.json.json'])
    await rejects(client.send(new HeadObjectCommand(at(gone))), { name: 'NotFound' }, `${gone} is there`);
  story.saw(`${how}${outcomes.join(', ')}; tagged, the flagged one in quarantine and nowhere else`);
}
