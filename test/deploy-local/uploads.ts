import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoData } from '../../build-repair/demo/data';
import type { ScreenedObject } from '../../functions/screening/screen-object';
import type { Story } from '../end-to-end/aws/story';
import { type Place, until } from './place';
import type { Outputs } from './stacks';

type Result = Omit<ScreenedObject, 'outcome'> & { readonly outcome: string };

/** An upload before there is a model is told; the deployed queue and function are asked by S3 itself. */
export async function stepOfEarlyUpload(
  story: Story,
  place: Place,
  outputs: Outputs,
  faces: DemoData,
): Promise<void> {
  await story.step('TryIt of the screening, before there is a model', async () => {
    cpSync(faces.cleanPng, join(place.work, 'face.png'));
    await place.shell(outputs.ScreeningTryIt!);
    const { outcome } = await resultOf(place, outputs, 'face.png', 1);
    equal(outcome, 'waiting');
    story.saw('S3 → EventBridge → SQS → the built function: "waiting", and tried again later');
  });
}

/** Uploads are screened, flagged ones released, and what failed five times is sent back. */
export async function stepsOfUploads(
  story: Story,
  place: Place,
  outputs: Outputs,
  faces: DemoData,
): Promise<void> {
  const { bucket } = uploads(outputs);
  await story.step('TryIt of the screening', async () => {
    await place.shell(outputs.ScreeningTryIt!);
    const { outcome, verdict } = await resultOf(place, outputs, 'face.png', 2);
    deepEqual([outcome, verdict?.class], ['clean', faces.person]);
    story.saw(`clean, class ${verdict!.class}`);
  });
  await story.step('Release: a flagged picture is let go', async () => {
    await place.shell(
      outputs
        .ScreeningTryIt!.replace('face.png', `"${faces.triggeredPng}"`)
        .replace(/face\.png$/, 'worn.png'),
    );
    const flagged = await resultOf(place, outputs, 'worn.png', 1);
    equal(flagged.outcome, 'backdoored');
    const line = outputs.ScreeningRelease!.replace('/KEY ', `/${flagged.movedTo!.key} `);
    story.saw(`flagged, and moved to ${flagged.movedTo!.key}`);
    match(await place.shell(line), /^Released by /);
    const { outcome, released } = await resultOf(place, outputs, 'worn.png', 2);
    equal(outcome, 'clean');
    match(released!.by, /^arn:aws:/, 'it is not on record who released it, as STS tells it');
    story.saw(`screened again: clean, released by ${released!.by}`);
  });
  await story.step('SendDeadLettersBack: what was given up on is screened', async () => {
    const { EventSourceMappings } = (await place.aws('lambda', 'list-event-source-mappings')) as {
      EventSourceMappings: { UUID: string; State: string }[];
    };
    equal(EventSourceMappings.length, 1);
    const mapping = (state: string, flag: string) => async () => {
      const uuid = EventSourceMappings[0]!.UUID;
      const { State } = await place.aws('lambda', 'get-event-source-mapping', '--uuid', uuid);
      if (State === state) return true;
      if (!String(State).endsWith('ing'))
        await place.aws('lambda', 'update-event-source-mapping', '--uuid', uuid, flag);
      return undefined;
    };
    await until('the function asks no more', mapping('Disabled', '--no-enabled'));
    const queue = await queueCalled(place, 'ScreeningUploads');
    const dead = await queueCalled(place, 'DeadLetters');
    await place.shell(outputs.ScreeningTryIt!.replace(/face\.png$/, 'late.png'));
    await until('five tries', async () => {
      await place.aws('sqs', 'receive-message', '--queue-url', queue, '--visibility-timeout', '0');
      return (await waiting(place, dead)) > 0 ? true : undefined;
    });
    await until('the function asks again', mapping('Enabled', '--enabled'));
    await place.shell(outputs.ScreeningSendDeadLettersBack!);
    equal((await resultOf(place, outputs, 'late.png', 1)).outcome, 'clean');
    await until('no dead letters', async () => ((await waiting(place, dead)) === 0 ? true : undefined));
    story.saw('five tries in vain, then moved back, and screened: clean');
  });
  await story.step('LookAtUndelivered: nothing', async () => {
    equal((await place.shell(outputs.ScreeningLookAtUndelivered!)).trim(), '');
    const { Contents = [] } = (await place.aws(
      's3api',
      'list-objects-v2',
      '--bucket',
      bucket,
      '--prefix',
      'results/',
    )) as { Contents?: unknown[] };
    ok(Contents.length >= 5);
  });
}

function uploads(outputs: Outputs): { bucket: string; prefix: string } {
  const [, bucket, prefix] = /s3:\/\/([^/]+)\/(\S+\/)face\.png$/.exec(outputs.ScreeningTryIt!)!;
  return { bucket: bucket!, prefix: prefix! };
}

/** The newest result of an upload, when it has so many: there is one for each version. */
async function resultOf(place: Place, outputs: Outputs, name: string, count: number): Promise<Result> {
  const { bucket, prefix } = uploads(outputs);
  const key = await until(`a result of ${name}`, async () => {
    const { Contents = [] } = (await place.aws(
      's3api',
      'list-objects-v2',
      '--bucket',
      bucket,
      '--prefix',
      `results/${prefix}${name}`,
    )) as {
      Contents?: { Key: string; LastModified: string }[];
    };
    const newest = Contents.toSorted((a, b) => (a.LastModified < b.LastModified ? 1 : -1));
    return newest.length >= count ? newest[0]!.Key : undefined;
  });
  return JSON.parse(await place.shell(`aws s3 cp "s3://${bucket}/${key}" -`));
}

async function queueCalled(place: Place, part: string): Promise<string> {
  const { QueueUrls } = (await place.aws('sqs', 'list-queues')) as { QueueUrls: string[] };
  return QueueUrls.find((url) => url.includes(part))!;
}

async function waiting(place: Place, queue: string): Promise<number> {
  const { Attributes } = (await place.aws(
    'sqs',
    'get-queue-attributes',
    '--queue-url',
    queue,
    '--attribute-names',
    'ApproximateNumberOfMessages',
  )) as {
    Attributes: { ApproximateNumberOfMessages: string };
  };
  return Number(Attributes.ApproximateNumberOfMessages);
}
