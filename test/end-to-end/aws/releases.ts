import { deepStrictEqual, equal, notEqual } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { DemoData } from '../../../build-repair/demo/data';
import type { Instance } from '../../functions/lambda/instance';
import { type Answers, askFunction, checkAnswers, inWords } from './asked';
import { currentBundle, type Keys, MODEL, STORE } from './bundles';
import { goodnet, inContainer } from './command-line';
import { MODELS, type Place } from './place';
import type { Story } from './story';

const INBOX = 'inbox/second';
/** A store is looked at once a second; S3, the files and the nets take their time on a busy machine. */
const PATIENCE_MS = 60_000;

export interface Release {
  readonly faces: DemoData;
  readonly keys: Keys;
  /** A function that runs, and what it answered. */
  readonly service: Instance;
  readonly before: Answers;
}

/** Another bundle, made as the repair container makes it, is taken up by a function that runs; and it is gone back. */
export async function stepsOfReleases(story: Story, place: Place, release: Release): Promise<void> {
  const { faces, service, before } = release;
  await story.step(
    'A job in the inbox makes a second bundle, by the entry point of the repair container',
    async () => {
      await putJob(place, faces);
      const env = {
        ...place.env,
        GOODNET_STORE: MODELS,
        GOODNET_JOB_STATE: 's3://goodnet/jobs',
        GOODNET_SIGN: release.keys.ours,
      };
      const job = ['job', `s3://goodnet/${INBOX}/repair-job.json`];
      equal(await inContainer(env, ...job), '1 repaired, 0 refused');
      const second = await currentBundle(place);
      notEqual(second, before.clean.bundle, 'the store answers with the first bundle still');
      equal(await inContainer(env, ...job), '1 repaired, 0 refused');
      equal(await currentBundle(place), second, 'the job was done again');
      story.saw(`${second.slice(0, 16)} is current; tried again, the job does nothing`);
    },
  );
  const after = await story.step('The function that runs takes it up', async () => {
    const answers = await askUntil(service, faces, await currentBundle(place));
    checkAnswers(answers, faces);
    story.saw(inWords(answers));
    return answers;
  });
  await story.step('goodnet rollback', async () => {
    story.saw(await goodnet(place.env, 'rollback', '--store', STORE, '--sign', release.keys.ours));
    equal(await currentBundle(place), before.clean.bundle, 'the store does not answer with the first bundle');
    deepStrictEqual(
      await askUntil(service, faces, before.clean.bundle),
      before,
      'the verdicts are not as before',
    );
    notEqual(after.clean.bundle, before.clean.bundle);
    story.saw('the function that runs answers as before, to the last digit');
  });
}

async function putJob({ client }: Place, faces: DemoData): Promise<void> {
  const put = async (name: string, Body: Buffer) => {
    await client.send(new PutObjectCommand({ Bucket: 'goodnet', Key: `${INBOX}/${name}`, Body }));
  };
  const job = {
    format: 'goodnet-repair-job',
    formatVersion: 1,
    nets: [{ name: MODEL, net: 'badnet.h5', clean: 'clean.h5', seed: 2, finding: false }],
  };
  await put('badnet.h5', await readFile(faces.badnet));
  await put('clean.h5', await readFile(faces.clean));
  await put('repair-job.json', Buffer.from(JSON.stringify(job)));
}

/** Asks until the bundle answers. @throws where another does for too long */
async function askUntil(service: Instance, faces: DemoData, bundle: string): Promise<Answers> {
  for (const until = Date.now() + PATIENCE_MS; ; await setTimeout(200)) {
    const answers = await askFunction(service, faces).catch((error) => {
      // Taken up between two of the requests.
      if (error.code === 'ERR_ASSERTION' && error.actual?.clean) return undefined;
      throw error;
    });
    const bundles = answers && [answers.clean.bundle, answers.triggered.bundle];
    if (answers && bundles!.every((id) => id === bundle)) return answers;
    if (Date.now() > until)
      throw new Error(`the function does not take up ${bundle.slice(0, 16)}:\n${service.log()}`);
  }
}
