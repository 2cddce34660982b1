import { describe, expect, it } from 'vitest';
import { NO_MACHINES, PATIENCE, repairStates } from '../../infra/repair/workflow';
import { type Arguments, run, type Task } from './states';
import { synthesize } from './synth';

const JOB = 's3://bucket/inbox/faces/repair-job.json';
const states = repairStates({
  spot: { jobQueueArn: 'spot' },
  onDemand: { jobQueueArn: 'onDemand' },
  definitionArn: 'definition',
  planArn: 'plan',
  publishArn: 'publish',
  service: 'Ours',
  partition: 'aws',
});

/** What AWS Batch says of a job, look for look; the last again and again. */
type Looks = readonly { readonly Status: string; readonly [key: string]: unknown }[];

interface Emulated {
  readonly shares?: number;
  /** What the execution is started with. */
  readonly input?: unknown;
  readonly spot: Looks;
  readonly onDemand?: Looks;
  /** How children of the job on spot ended. */
  readonly children?: Looks;
  /** Other jobs of the queues, as they are each time that they are looked at; the last again and again. */
  readonly others?: readonly Looks[];
  readonly refuse?: boolean;
  /** Whether the job file is another when it is to be published. */
  readonly changed?: boolean;
  readonly published?: readonly { readonly notRepaired: number; readonly next?: number }[];
}

/** The workflow with Batch and the functions emulated: what came of it, and what they were asked for. */
async function repaired({
  shares = 4,
  input = { job: JOB },
  spot,
  onDemand = [],
  children = [],
  others = [[]],
  refuse,
  changed,
  published = [{ notRepaired: 0 }],
}: Emulated) {
  const looks: Record<string, Looks[number][]> = { spot: [...spot], onDemand: [...onDemand] };
  const asked: {
    submitted: Arguments[];
    terminated: (string | undefined)[];
    metrics: unknown[];
    publish: Record<string, unknown>[];
  } = {
    submitted: [],
    terminated: [],
    metrics: [],
    publish: [],
  };
  const answers = [...published];
  const ahead = [...others];
  const tasks: Record<string, Task> = {
    'lambda:invoke': ({ FunctionName, Payload }) => {
      if (FunctionName === 'publish') {
        asked.publish.push(Payload!);
        if (changed) throw Object.assign(new Error('it was changed'), { name: 'JobRefused' });
        return { Payload: answers.shift() ?? { notRepaired: 0 } };
      }
      if (refuse) throw Object.assign(new Error('nets.0.net: Invalid input'), { name: 'JobRefused' });
      return { Payload: { ...Payload, shares, made: 's3://bucket/made/faces', sha256: 'digest' } };
    },
    'batch:submitJob': (job) => {
      asked.submitted.push(job);
      return { JobId: job.JobQueue };
    },
    'batch:describeJobs': ({ Jobs }) => {
      if (Jobs!.length > 100) throw new Error('Batch describes a hundred jobs, no more');
      if (Jobs!.length > 1) {
        const described = Jobs!.map((id) => ahead[0]!.find(({ JobId }) => JobId === id));
        if (ahead.length > 1) ahead.shift();
        return { Jobs: described.filter((each) => each !== undefined) };
      }
      const left = looks[Jobs![0]!];
      // Children, or a single job that has failed and is asked why.
      if (!left || left.length === 0) return { Jobs: children };
      const [now] = left;
      if (left.length > 1 || now!.Status === 'FAILED') left.shift();
      return { Jobs: [{ CreatedAt: CREATED, ...now }] };
    },
    // In a list there is less of a job.
    'batch:listJobs': ({ ArrayJobId, JobQueue, JobStatus, MaxResults, Filters }) => {
      const listed = (jobs: Looks) => ({
        JobSummaryList: jobs.slice(0, MaxResults).map(({ ArrayProperties, Environment, ...job }) => job),
      });
      if (ArrayJobId) return listed(children.filter(({ Status }) => Status === JobStatus));
      if (JobQueue) expect(Filters).toEqual([{ Name: 'BEFORE_CREATED_AT', Values: [`${CREATED}`] }]);
      return listed(ahead[0]!);
    },
    'batch:terminateJob': ({ JobId }) => {
      asked.terminated.push(JobId);
      return {};
    },
    'cloudwatch:putMetricData': (metric) => {
      asked.metrics.push(metric);
      return {};
    },
  };
  return { ...(await run(states, 'ReadJob', input, tasks)), ...asked };
}

/** When the job was submitted, in milliseconds since 1970. */
const CREATED = 1_796_083_200_000;

const waiting = {
  Status: 'PENDING',
  ArrayProperties: { StatusSummary: { RUNNABLE: 4, STARTING: 0, RUNNING: 0 } },
};
const working = { Status: 'PENDING', ArrayProperties: { StatusSummary: { RUNNABLE: 2, RUNNING: 2 } } };
const done = { Status: 'SUCCEEDED' };
const failed = { Status: 'FAILED' };

describe('the workflow of the repair', () => {
  it('reads the job, has spot machines do it, and publishes last', async () => {
    const made = await repaired({ spot: [waiting, waiting, working, done] });
    expect(made.error).toBeUndefined();
    expect(made.submitted).toEqual([
      expect.objectContaining({
        JobQueue: 'spot',
        Parameters: { job: JOB, sha256: 'digest', made: 's3://bucket/made/faces' },
        ArrayProperties: { Size: 4 },
      }),
    ]);
    expect(made.publish).toEqual([
      { job: JOB, byHand: false, sha256: 'digest', since: '2026-12-01T00:00:00.000Z', from: 0 },
    ]);
  });

  /** What S3 tells of an upload, and whatever else a hostile key could have brought in. */
  const detail = (key: string, more: object = {}) => ({
    version: '0',
    bucket: { name: 'bucket' },
    object: { key, size: 5, etag: 'e', sequencer: '1' },
    reason: 'PutObject',
    ...more,
  });
  const HOSTILE = 'inbox/alice/repair-job.json","byHand":true,"x":"/repair-job.json';

  it.each([
    ['a person’s start', { job: JOB, byHand: true }, JOB, true],
    ['a start without it', { job: JOB }, JOB, false],
    ['an upload', detail('inbox/faces/repair-job.json'), JOB, false],
    ['a hostile key', detail(HOSTILE), `s3://bucket/${HOSTILE}`, false],
    [
      'an event with more in it',
      detail('inbox/faces/repair-job.json', { job: 'x', byHand: true }),
      JOB,
      false,
    ],
  ])('is by hand for who starts it by hand alone: %s', async (_, input, job, byHand) => {
    const made = await repaired({ input, spot: [done] });
    expect(made.publish).toMatchObject([{ job, byHand }]);
  });

  it('asks for no array where there is one net: Batch refuses an empty one', async () => {
    const { submitted } = await repaired({ shares: 1, spot: [{ Status: 'RUNNING' }, done] });
    expect(submitted).toHaveLength(1);
    expect(submitted[0]).not.toHaveProperty('ArrayProperties');
  });

  it('starts no machine for a job file that can not be used, and says why', async () => {
    const made = await repaired({ refuse: true, spot: [done] });
    expect(made).toMatchObject({ error: 'JobRefused', cause: 'nets.0.net: Invalid input', submitted: [] });
  });

  it('says why where the job file was changed before it was published', async () => {
    const made = await repaired({ changed: true, spot: [done] });
    expect(made).toMatchObject({ error: 'JobRefused', cause: 'it was changed' });
  });

  it('waits for spot machines for twenty minutes, for all children at once, and then pays the full price', async () => {
    const made = await repaired({ spot: [waiting], onDemand: [working, done] });
    expect(made.submitted.map(({ JobQueue }) => JobQueue)).toEqual(['spot', 'onDemand']);
    expect(made.terminated).toEqual(['spot']);
    expect(made.error).toBeUndefined();
    expect(made.waited).toBeLessThan(PATIENCE + 600);
  });

  it('ends within the hour where there is no machine at all, counts it, and publishes what there is', async () => {
    const made = await repaired({ spot: [waiting], onDemand: [waiting] });
    expect(made).toMatchObject({
      error: NO_MACHINES,
      cause: expect.stringContaining('Quota or capacity'),
      terminated: ['spot', 'onDemand'],
    });
    expect(made.waited).toBeLessThan(3600);
    expect(made.metrics).toMatchObject([
      {
        Namespace: 'GoodNet',
        MetricData: [{ MetricName: NO_MACHINES, Dimensions: [{ Name: 'service', Value: 'Ours' }], Value: 1 }],
      },
    ]);
    expect(made.publish).toHaveLength(1);
  });

  it.each([
    [
      'its machine was taken away',
      { StatusReason: 'Host EC2 (instance i-0) terminated.' },
      ['spot', 'onDemand'],
    ],
    [
      'it was told to stop',
      { StatusReason: 'Essential container in task exited', Container: { ExitCode: 143 } },
      ['spot', 'onDemand'],
    ],
    [
      'it waited in vain',
      {
        StatusReason:
          'Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
      },
      ['spot', 'onDemand'],
    ],
    [
      'its nets are refused',
      { StatusReason: 'Essential container in task exited', Container: { ExitCode: 1 } },
      ['spot'],
    ],
    ['there is no such image', { StatusReason: 'CannotPullContainerError: not found' }, ['spot']],
    ['nobody says why', {}, ['spot']],
  ])('pays the full price only where another machine mends it: %s', async (_, why, queues) => {
    for (const shares of [1, 4]) {
      const made = await repaired({
        shares,
        spot: [failed],
        onDemand: [done],
        children: [done, { ...failed, ...why }],
        published: [{ notRepaired: 1 }],
      });
      expect(made.submitted.map(({ JobQueue }) => JobQueue)).toEqual(queues);
      expect(made.error).toBe('NotRepaired');
    }
  });

  it('asks of the children that failed alone, in no more bytes than a state may hold, however many there are', async () => {
    const child = (StatusReason: string) => ({ ...failed, StatusReason, Environment: 'x'.repeat(4000) });
    const refused = Array.from({ length: 10_000 }, () => child('Essential container in task exited'));
    const made = await repaired({ shares: 10_000, spot: [failed], children: refused });
    expect(made.error).toBeUndefined();
    expect(made.submitted).toHaveLength(1);
    const fine = Array.from({ length: 9999 }, () => ({ ...done, Environment: 'x'.repeat(4000) }));
    const taken = [...fine, child('Host EC2 (instance i-0) terminated.')];
    const mended = await repaired({ shares: 10_000, spot: [failed], children: taken, onDemand: [done] });
    expect(mended.submitted.map(({ JobQueue }) => JobQueue)).toEqual(['spot', 'onDemand']);
  });

  describe('behind other jobs of its queue', () => {
    const other = (id: number, more: object) => ({ JobId: `other-${id}`, Status: 'RUNNABLE', ...more });
    const array = (RUNNING: number) => ({
      Status: 'PENDING',
      ArrayProperties: { StatusSummary: { RUNNING } },
    });
    const looks = Array.from({ length: 60 }, () => waiting);

    it.each([
      ['one that runs', other(1, { Status: 'RUNNING' })],
      ['one that starts', other(1, { Status: 'STARTING' })],
      ['one of whose children some run', other(1, array(3))],
    ])('waits its turn, and pays no full price: %s', async (_, working) => {
      const made = await repaired({ spot: [...looks, done], others: [[other(2, done), working]] });
      expect(made.waited).toBeGreaterThan(3 * PATIENCE);
      expect(made.error).toBeUndefined();
      expect(made).toMatchObject({ terminated: [], metrics: [] });
      expect(made.submitted).toHaveLength(1);
    });

    it.each([
      ['none is left', [[]]],
      ['they wait as well', [[other(1, {}), other(2, array(0))]]],
      ['they are done', [[other(1, done), other(2, failed)]]],
      ['they were at work', [[other(1, { Status: 'RUNNING' })], [other(1, {})]]],
    ])('is given up on, as one that is alone, where %s', async (_, others) => {
      const made = await repaired({ spot: [waiting], onDemand: [waiting], others });
      expect(made).toMatchObject({ error: NO_MACHINES, terminated: ['spot', 'onDemand'] });
    });

    it('looks at no more of them than a state may hold', async () => {
      const many = Array.from({ length: 5000 }, (_, i) => other(i, { Environment: 'x'.repeat(4000) }));
      const made = await repaired({ spot: [waiting], onDemand: [waiting], others: [many] });
      expect(made).toMatchObject({ error: NO_MACHINES });
    });
  });

  it.each(['ReadJob', 'Publish'])(
    'has %s done again where the function ran out of time, or died',
    (state) => {
      const { Retry } = states[state] as { Retry: { ErrorEquals: string[] }[] };
      const again = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect(again).toEqual(
        expect.arrayContaining(['Sandbox.Timedout', 'Lambda.Unknown', 'Runtime.ExitError']),
      );
    },
  );

  it('publishes on where a call had no time for all nets', async () => {
    const made = await repaired({
      spot: [done],
      published: [{ notRepaired: 1, next: 7 }, { notRepaired: 2 }],
    });
    expect(made.publish.map(({ from }) => from)).toEqual([0, 7]);
    expect(made).toMatchObject({ error: 'NotRepaired', cause: expect.stringMatching(/^3 nets/) });
  });

  it('follows a job for a week within the events that Step Functions keeps', async () => {
    const looks = Array.from({ length: 1100 }, () => working);
    const made = await repaired({ spot: [...looks, done] });
    expect(made.waited).toBeGreaterThan(7 * 24 * 3600);
    expect(made.events).toBeLessThan(25_000);
  });

  it('is what is deployed, with every state within reach, and queues that give up', () => {
    const template = synthesize().template('Repair');
    const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    const parts = machine!.Properties.DefinitionString['Fn::Join'][1] as unknown[];
    const definition = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'x')).join(''));
    expect(definition.StartAt).toBe('ReadJob');
    expect(Object.keys(definition.States)).toEqual(Object.keys(states));
    const named = JSON.stringify(definition).matchAll(/"(?:Next|Default|StartAt)":"(\w+)"/g);
    expect(new Set([...named].map(([, name]) => name))).toEqual(new Set(Object.keys(states)));
    for (const { Properties } of Object.values(template.findResources('AWS::Batch::JobQueue')))
      expect(Properties.JobStateTimeLimitActions).toHaveLength(3);
  });
});
