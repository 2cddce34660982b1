import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoData } from '../../build-repair/demo/data';
import { inContainer } from '../end-to-end/aws/command-line';
import type { Story } from '../end-to-end/aws/story';
import { type Arguments, run, type Task } from '../infra/states';
import { type Place, until } from './place';
import type { Outputs } from './stacks';
import { jobDefinition } from './template';

const NAME = 'faces';

/** A job in the inbox becomes a bundle, signed by the workflow as it is deployed; it is made current by hand. */
export async function stepsOfRepair(
  story: Story,
  place: Place,
  outputs: Outputs,
  faces: DemoData,
): Promise<void> {
  const [, bucket] = /s3:\/\/([^/]+)\/inbox/.exec(outputs.RepairStartByUpload!)!;
  const upload = await story.step('StartByUpload: the rule starts the workflow', async () => {
    writeJob(join(place.work, NAME), faces);
    await place.shell(outputs.RepairStartByUpload!.replaceAll('NAME', NAME));
    const execution = await until('an execution', async () => (await executions(place)).at(0));
    const input = JSON.parse(execution.input) as { bucket: { name: string }; object: { key: string } };
    deepEqual([input.bucket.name, input.object.key], [bucket, `inbox/${NAME}/repair-job.json`]);
    story.saw(`an execution with the input ${execution.input}`);
    return { ...execution, value: input };
  });
  await story.step(
    'The workflow, Batch mocked by name: AWS Batch runs the entry point of the container',
    async () => {
      const { ended, jobs } = await throughStates(place, upload, upload.value);
      deepEqual([ended.error, ended.cause], [undefined, undefined], String(ended.states));
      equal(jobs.at(0), '1 repaired, 0 refused');
      story.saw(`${ended.states.join(' → ')}; the container: ${jobs.at(0)}`);
      const { Contents = [] } = (await place.aws(
        's3api',
        'list-objects-v2',
        '--bucket',
        bucket!,
        '--prefix',
        `models/${NAME}/`,
      )) as {
        Contents?: { Key: string }[];
      };
      const keys = Contents.map(({ Key }) => Key);
      ok(
        keys.some((key) => key.endsWith('/manifest.json')),
        'the bundle was not published',
      );
      ok(
        keys.some((key) => key.endsWith('/signatures.json')),
        `it is not signed: ${keys}`,
      );
      ok(!keys.includes(`models/${NAME}/current.json`), 'an uploaded job was made current');
      story.saw(
        'published by the deployed function, signed by KMS, and not current: an upload makes nothing current',
      );
    },
  );
  await story.step('StartByHand: what is done is not done again', async () => {
    await place.shell(outputs.RepairStartByHand!.replaceAll('NAME', NAME));
    const all = await until('a second execution', async () => {
      const now = await executions(place);
      return now.length > 1 ? now : undefined;
    });
    const byHand = all.find(({ executionArn }) => executionArn !== upload.executionArn)!;
    const { ended, jobs } = await throughStates(place, byHand, JSON.parse(byHand.input));
    deepEqual([ended.error, jobs], [undefined, ['1 repaired, 0 refused']]);
    story.saw(`input ${byHand.input}: ${ended.states.at(-1)}`);
  });
  await story.step('Publish: the bundle is made current', async () => {
    await place.shell(`aws s3 cp --recursive --quiet s3://${bucket}/made/${NAME}/${NAME} made`);
    const [bundle] = (await place.shell('ls made'))
      .trim()
      .split('\n')
      .filter((each) => /^[0-9a-f]{16}$/.test(each));
    ok(bundle, 'nothing was made');
    const line = outputs.ArtifactsPublish!.replace('BUNDLE', `made/${bundle}`).replace('/NAME', `/${NAME}`);
    match(line, /^npx goodnet publish \S+ --to s3:\/\/\S+ --sign arn:aws:kms:\S+ --activate$/);
    story.saw((await place.shell(line)).trim().split('\n').at(-1)!);
  });
}

/** An execution, as Step Functions keeps it. */
interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly startDate: string;
  readonly input: string;
}

/** Those of the workflow, the newest first. */
async function executions(place: Place): Promise<Execution[]> {
  const { stateMachines } = (await place.aws('stepfunctions', 'list-state-machines')) as {
    stateMachines: { name: string; stateMachineArn: string }[];
  };
  const { stateMachineArn } = stateMachines.find(({ name }) => name.includes('RepairWorkflow'))!;
  const listed = (await place.aws(
    'stepfunctions',
    'list-executions',
    '--state-machine-arn',
    stateMachineArn,
  )) as {
    executions: { executionArn: string }[];
  };
  const described = listed.executions.map(({ executionArn }) =>
    place.aws('stepfunctions', 'describe-execution', '--execution-arn', executionArn),
  );
  return (await Promise.all(described)) as unknown as Execution[];
}

/** Takes an execution through the states that were deployed: LocalStack has neither JSONata without Java, nor Batch. */
async function throughStates(place: Place, { stateMachineArn, startDate }: Execution, input: unknown) {
  const machine = await place.aws(
    'stepfunctions',
    'describe-state-machine',
    '--state-machine-arn',
    stateMachineArn,
  );
  const { StartAt, States } = JSON.parse(machine.definition as string);
  const { command, environment } = await jobDefinition(place);
  const jobs: string[] = [];
  const tasks: Record<string, Task> = {
    'lambda:invoke': async ({ FunctionName, Payload }) => ({
      Payload: await invoke(place, FunctionName!, Payload),
    }),
    'batch:submitJob': async (asked) => {
      const { Parameters } = asked as Arguments & { Parameters: Record<string, string> };
      const args = command.map((word) => word.replace(/^Ref::(.*)$/, (_, name) => Parameters[name]!));
      const env = {
        ...place.emulator.env,
        AWS_REGION: undefined,
        AWS_DEFAULT_REGION: undefined,
        ...environment,
      };
      // No GPU is asked for here.
      jobs.push(await inContainer({ ...env, GOODNET_ENGINE: 'wasm' }, ...args));
      return { JobId: 'mocked' };
    },
    'batch:describeJobs': () => ({ Jobs: [{ Status: 'SUCCEEDED', CreatedAt: Date.now() }] }),
  };
  const ended = await run(States, StartAt, input, tasks, new Date(startDate).toISOString());
  return { ended, jobs };
}

/** Has a deployed function called. @throws Error named as its own */
export async function invoke(place: Place, name: string, payload: unknown): Promise<unknown> {
  const file = join(place.work, 'answer.json');
  writeFileSync(join(place.work, 'event.json'), JSON.stringify(payload));
  const { FunctionError } = await place.aws(
    'lambda',
    'invoke',
    '--function-name',
    name,
    '--payload',
    `fileb://${place.work}/event.json`,
    file,
  );
  const answer = JSON.parse(await place.shell(`cat "${file}"`));
  if (!FunctionError) return answer;
  throw Object.assign(new Error(answer.errorMessage), { name: answer.errorType });
}

function writeJob(folder: string, faces: DemoData): void {
  mkdirSync(folder);
  cpSync(faces.badnet, join(folder, 'badnet.h5'));
  cpSync(faces.clean, join(folder, 'clean.h5'));
  const job = {
    format: 'goodnet-repair-job',
    formatVersion: 1,
    nets: [{ name: NAME, net: 'badnet.h5', clean: 'clean.h5', seed: 2, finding: false }],
  };
  writeFileSync(join(folder, 'repair-job.json'), JSON.stringify(job));
}
