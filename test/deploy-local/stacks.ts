import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Story } from '../end-to-end/aws/story';
import { ACCOUNT, REGION } from './emulator';
import { KEY, type Place, root } from './place';

/** What is chosen otherwise than by default, and why. */
const OPTIONS: readonly (readonly [string, string])[] = [
  [
    `goodnet:signingKey=${KEY}`,
    'LocalStack has no Ed25519 keys: a stand-in of KMS signs (test/kms-server.ts)',
  ],
  [
    'goodnet:repairImage=public.ecr.aws/docker/library/busybox:1.37.0',
    'no image is built: Docker is not asked for, and Batch is mocked',
  ],
  ['goodnet:quarantine=quarantine', 'so that there is something to release'],
  ['goodnet:alarmEmails=ops@example.com', 'LocalStack sends no mail'],
];

/** The outputs of all stacks, by what they are called, as `ScreeningTryIt`. */
export type Outputs = Readonly<Record<string, string>>;

/** All stacks, by the CDK CLI. */
export async function stepsOfStacks(story: Story, place: Place): Promise<Outputs> {
  const cdk = join(root, 'node_modules/.bin/cdk');
  await story.step('cdk bootstrap', async () => {
    await place.shell(`"${cdk}" bootstrap aws://${ACCOUNT}/${REGION} --app '' --no-notices`);
  });
  return await story.step('cdk deploy --all', async () => {
    for (const [option, why] of OPTIONS) story.saw(`-c ${option}: ${why}`);
    const chosen = OPTIONS.map(([option]) => `-c ${option}`).join(' ');
    const told = join(place.work, 'outputs.json');
    await place.shell(
      `cd "${root}" && "${cdk}" deploy --all --require-approval never --no-notices ${chosen} --output "${place.work}/cdk.out" --outputs-file "${told}"`,
    );
    const stacks = JSON.parse(readFileSync(told, 'utf8')) as Record<string, Record<string, string>>;
    const { Stacks } = (await place.aws('cloudformation', 'describe-stacks')) as {
      Stacks: { StackName: string; StackStatus: string }[];
    };
    const ours = Stacks.filter(({ StackName }) => StackName.startsWith('GoodNet-'));
    deepEqual(
      ours.map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`).sort(),
      ['Artifacts', 'Endpoint', 'Repair', 'Screening', 'Watch'].map(
        (each) => `GoodNet-${each} CREATE_COMPLETE`,
      ),
    );
    for (const { StackName, StackStatus } of ours) story.saw(`${StackName}: ${StackStatus}`);
    const outputs = Object.values(stacks).flatMap((each) => Object.entries(each));
    return Object.fromEntries(outputs.map(([key, value]) => [key.replace(/[0-9A-F]{8}$/, ''), value]));
  });
}
