import { deepStrictEqual, equal, notEqual, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DEMO_SHAPE, demoCast } from '../../../build-repair/demo/cast';
import { contestFile, type DemoData } from '../../../build-repair/demo/data';
import { drawFaces } from '../../../build-repair/demo/faces';
import { SIGNATURES } from '../../../models/signing/signatures';
import type { Instance } from '../../functions/lambda/instance';
import { type Answers, askFunction, checkAnswers, inWords } from './ask-function';
import { currentBundle, type Keys, MODEL, STORE } from './bundles';
import { goodnet } from './command-line';
import type { Place } from './place';
import type { Story } from './story';
import { throughWorkflow } from './workflow';

const INBOX = 'inbox/second';
const JOB = `s3://goodnet/${INBOX}/repair-job.json`;
/** Clean images of each person for the second bundle: enough for verdicts, and soon repaired with. */
const FEW = 10;
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
    'A job makes a second bundle: a function reads it, the repair container makes it, a function signs and publishes it',
    async () => {
      await putJob(place, faces);
      const made = await throughWorkflow(place, release.keys, JOB);
      equal(made.container, '1 repaired, 0 refused');
      deepStrictEqual(made.published, { published: 1, current: 1, notRepaired: 0 });
      ok(!made.unsigned.some((file) => file.endsWith(SIGNATURES)), 'the container has signed');
      const second = await currentBundle(place);
      notEqual(second, before.clean.bundle, 'the store answers with the first bundle still');
      await throughWorkflow(place, release.keys, JOB);
      equal(await currentBundle(place), second, 'the job was done again');
      story.saw(
        `${second.slice(0, 16)} is current, signed after it left the container; tried again, the job does nothing`,
      );
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
  const clean = drawFaces({
    persons: demoCast(),
    imagesPerPerson: FEW,
    seed: 2,
    set: 'clean',
    shape: DEMO_SHAPE,
  });
  await put('clean.h5', Buffer.from(await contestFile(clean, false)));
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
