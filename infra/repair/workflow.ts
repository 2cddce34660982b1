import type { JobQueue } from 'aws-cdk-lib/aws-batch';
import { LAMBDA_DIED } from '../lambda/died';

export interface WorkflowProps {
  readonly spot: Pick<JobQueue, 'jobQueueArn'>;
  readonly onDemand: Pick<JobQueue, 'jobQueueArn'>;
  readonly definitionArn: string;
  /** Functions that read the job file, and that sign and publish what was made. */
  readonly planArn: string;
  readonly publishArn: string;
  /** What metrics are told from other deployments' by. */
  readonly service: string;
  /** Of AWS: `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
}

/** How long all machines of a job may be waited for, in seconds, before it is given up on in a queue. */
export const PATIENCE = 20 * 60;
/** What is said where no machine could be had at all: the alarm RepairBlocked counts it. */
export const NO_MACHINES = 'NoMachines';

/** What a job is ended by that another machine mends: a spot machine taken away, waiting in vain, a day that is over. */
const MENDED_BY_ANOTHER = ['Host EC2', 'JobStateTimeLimit', 'exceeded timeout', 'CAPACITY:'];

/** Seconds between two looks at a job, which grow: a week has some thousand looks, of the 25,000 events that there may be. */
const FIRST_PAUSE = 60;
const LONGEST_PAUSE = 600;

/** Jobs in a page of Batch's list, and jobs that are described at once: a state holds 256 KB, a job in the list has less than one, described some four. */
const LISTED = 100;
const DESCRIBED = 25;

/**
 * The states of the repair (Amazon States Language, JSONata). Input: what S3 tells of an upload (`bucket.name`, `object.key`), or
 * `{"job": "s3://bucket/inbox/NAME/repair-job.json"}`, and `"byHand": true` by who may start it by hand. An upload is never by hand,
 * whatever else its event has: who uploads chooses the key.
 * The job file is read before any machine is started. The job is shared out over as many machines as there are nets, on spot
 * first; where none works for twenty minutes, or some were taken away too often, what is left is done at full price: nets that
 * are done are not done again. What a second try would not mend is not tried at full price. What was made is signed and
 * published last.
 */
export function repairStates(props: WorkflowProps): Record<string, object> {
  const { spot, onDemand, planArn, publishArn, service, partition } = props;
  return {
    ReadJob: {
      Type: 'Task',
      Resource: task(partition, 'lambda:invoke'),
      Arguments: {
        FunctionName: planArn,
        Payload: {
          job: jsonata(
            "$exists($states.input.object) ? 's3://' & $states.input.bucket.name & '/' & $states.input.object.key : $states.input.job",
          ),
          byHand: jsonata(
            '$not($exists($states.input.object)) and $exists($states.input.byHand) and $states.input.byHand = true',
          ),
        },
      },
      Assign: {
        plan: jsonata('$states.result.Payload'),
        since: jsonata('$states.context.Execution.StartTime'),
        outOfMachines: false,
        from: 0,
        notRepaired: 0,
      },
      Retry: TRY_AGAIN,
      Catch: REFUSED,
      Next: 'SubmitToSpot',
    },
    JobRefused: { Type: 'Fail', Error: 'JobRefused', Cause: jsonata('$why') },
    ...inQueue(props, 'Spot', spot, {
      finished: 'Publish',
      failed: 'WhyOnSpot',
      blocked: 'SubmitToOnDemand',
    }),
    WhyOnSpot: {
      Type: 'Choice',
      Choices: [{ Condition: jsonata('$plan.shares > 1'), Next: 'WhyOfChildrenOnSpot' }],
      Default: 'WhyOfOneOnSpot',
    },
    // A page of what has failed, in some hundred bytes each: all that DescribeJobs tells of seventy children is more than a state may hold.
    WhyOfChildrenOnSpot: why(partition, 'listJobs', {
      ArrayJobId: jsonata('$jobId'),
      JobStatus: 'FAILED',
      MaxResults: LISTED,
    }),
    WhyOfOneOnSpot: why(partition, 'describeJobs', { Jobs: [jsonata('$jobId')] }),
    IsMendedByAnother: {
      Type: 'Choice',
      Choices: [{ Condition: jsonata('$isMended'), Next: 'SubmitToOnDemand' }],
      Default: 'Publish',
    },
    ...inQueue(props, 'OnDemand', onDemand, {
      finished: 'Publish',
      failed: 'Publish',
      blocked: 'CountNoMachines',
    }),
    CountNoMachines: {
      Type: 'Task',
      Resource: task(partition, 'aws-sdk:cloudwatch:putMetricData'),
      Arguments: {
        Namespace: 'GoodNet',
        MetricData: [
          {
            MetricName: NO_MACHINES,
            Dimensions: [{ Name: 'service', Value: service }],
            Value: 1,
            Unit: 'Count',
          },
        ],
      },
      Assign: { outOfMachines: true },
      Retry: TRY_AGAIN,
      Next: 'Publish',
    },
    Publish: {
      Type: 'Task',
      Resource: task(partition, 'lambda:invoke'),
      Arguments: {
        FunctionName: publishArn,
        Payload: {
          job: jsonata('$plan.job'),
          byHand: jsonata('$plan.byHand'),
          // Who may write into the inbox may change the file meanwhile: what was read first is what may be published.
          sha256: jsonata('$plan.sha256'),
          since: jsonata('$since'),
          from: jsonata('$from'),
        },
      },
      Assign: {
        from: jsonata('$exists($states.result.Payload.next) ? $states.result.Payload.next : -1'),
        notRepaired: jsonata('$notRepaired + $states.result.Payload.notRepaired'),
      },
      Retry: TRY_AGAIN,
      Catch: REFUSED,
      Next: 'WhatCameOfIt',
    },
    WhatCameOfIt: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata('$from >= 0'), Next: 'Publish' },
        { Condition: jsonata('$outOfMachines'), Next: 'NoMachines' },
        { Condition: jsonata('$notRepaired > 0'), Next: 'NotRepaired' },
      ],
      Default: 'Done',
    },
    NoMachines: {
      Type: 'Fail',
      Error: NO_MACHINES,
      Cause: 'Quota or capacity: no GPU machine could be had in twenty minutes, on spot or at full price.',
    },
    NotRepaired: {
      Type: 'Fail',
      Error: 'NotRepaired',
      Cause: jsonata(
        "$string($notRepaired) & ' nets are not repaired: done.json of each below jobs/ tells why.'",
      ),
    },
    Done: { Type: 'Succeed' },
  };
}

/** Asks Batch what jobs have failed by, and takes note of whether another machine would mend it. */
function why(partition: string, action: 'listJobs' | 'describeJobs', Arguments: object): object {
  const jobs = `$states.result.${action === 'listJobs' ? 'JobSummaryList' : 'Jobs'}`;
  return {
    Type: 'Task',
    Resource: task(partition, `aws-sdk:batch:${action}`),
    Arguments,
    Assign: { isMended: jsonata(`$exists(${jobs}[Status = 'FAILED' and (${isMended()})])`) },
    Retry: TRY_AGAIN,
    Next: 'IsMendedByAnother',
  };
}

/** Whether another machine would mend what a child of a job was ended by. 143: its machine was taken from under it. */
function isMended(): string {
  const said = MENDED_BY_ANOTHER.map((each) => `$contains(StatusReason, '${each}')`).join(' or ');
  return `($exists(Container.ExitCode) and Container.ExitCode = 143) or ($exists(StatusReason) and (${said}))`;
}

/** Takes the job through one queue; `blocked` where none of its machines works for as long as is waited. */
function inQueue(
  { definitionArn, partition }: WorkflowProps,
  name: 'Spot' | 'OnDemand',
  queue: Pick<JobQueue, 'jobQueueArn'>,
  next: { readonly finished: string; readonly failed: string; readonly blocked: string },
): Record<string, object> {
  const [submit, wait, look, how, list, others, whether, giveUp] = [
    `SubmitTo${name}`,
    `WaitOn${name}`,
    `LookAt${name}`,
    `HowOn${name}`,
    `ListBeforeItOn${name}`,
    `LookBeforeItOn${name}`,
    `IsBehindOthersOn${name}`,
    `GiveUpOn${name}`,
  ] as const;
  const to = {
    JobName: 'goodnet-repair',
    JobQueue: queue.jobQueueArn,
    JobDefinition: definitionArn,
    Parameters: {
      job: jsonata('$plan.job'),
      sha256: jsonata('$plan.sha256'),
      made: jsonata('$plan.made'),
    },
  };
  const submitted = (Arguments: object) => ({
    Type: 'Task',
    Resource: task(partition, 'batch:submitJob'),
    Arguments,
    Assign: { jobId: jsonata('$states.result.JobId'), idle: 0, pause: FIRST_PAUSE },
    Retry: TRY_AGAIN,
    Next: wait,
  });
  return {
    // An array has two children or more, and one that is empty is refused. Without, the container does all nets.
    [submit]: {
      Type: 'Choice',
      Choices: [{ Condition: jsonata('$plan.shares > 1'), Next: `${submit}Array` }],
      Default: `${submit}One`,
    },
    [`${submit}Array`]: submitted({ ...to, ArrayProperties: { Size: jsonata('$plan.shares') } }),
    [`${submit}One`]: submitted(to),
    [wait]: { Type: 'Wait', Seconds: jsonata('$pause'), Next: look },
    [look]: {
      Type: 'Task',
      Resource: task(partition, 'aws-sdk:batch:describeJobs'),
      Arguments: { Jobs: [jsonata('$jobId')] },
      Assign: {
        status: jsonata('$states.result.Jobs[0].Status'),
        created: jsonata('$states.result.Jobs[0].CreatedAt'),
        idle: jsonata(`(${isWorking('$states.result.Jobs[0]')}) ? 0 : $idle + $pause`),
        pause: jsonata(`$min([${LONGEST_PAUSE}, $floor($pause * 1.1)])`),
      },
      Retry: TRY_AGAIN,
      Next: how,
    },
    [how]: {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata("$status = 'SUCCEEDED'"), Next: next.finished },
        { Condition: jsonata("$status = 'FAILED'"), Next: next.failed },
        { Condition: jsonata(`$idle >= ${PATIENCE}`), Next: list },
      ],
      Default: wait,
    },
    // Other jobs may hold all machines that there may be: then there is capacity, and it is this job's turn later.
    [list]: {
      Type: 'Task',
      Resource: task(partition, 'aws-sdk:batch:listJobs'),
      Arguments: {
        JobQueue: queue.jobQueueArn,
        // Of all statuses, the newest first. With a filter Batch asks for no status.
        Filters: [{ Name: 'BEFORE_CREATED_AT', Values: [jsonata('$string($created)')] }],
        MaxResults: LISTED,
      },
      Assign: {
        before: jsonata(
          `[($states.result.JobSummaryList[$not(Status in ['SUCCEEDED', 'FAILED'])].JobId)[[0..${DESCRIBED - 1}]]]`,
        ),
      },
      Retry: TRY_AGAIN,
      Next: others,
    },
    [others]: {
      Type: 'Task',
      Resource: task(partition, 'aws-sdk:batch:describeJobs'),
      Arguments: { Jobs: jsonata('$append([$jobId], $before)') },
      Assign: {
        idle: jsonata(`$count($states.result.Jobs[${isWorking('')}]) > 0 ? 0 : $idle`),
      },
      Retry: TRY_AGAIN,
      Next: whether,
    },
    [whether]: {
      Type: 'Choice',
      Choices: [{ Condition: jsonata(`$idle >= ${PATIENCE}`), Next: giveUp }],
      Default: wait,
    },
    [giveUp]: {
      Type: 'Task',
      Resource: task(partition, 'aws-sdk:batch:terminateJob'),
      Arguments: { JobId: jsonata('$jobId'), Reason: 'No machine of it has worked for twenty minutes' },
      Retry: TRY_AGAIN,
      Next: next.blocked,
    },
  };
}

/** Whether a machine has a job, or a child of it. @param job an expression; empty where it is the context */
function isWorking(job: string): string {
  const of = job === '' ? '' : `${job}.`;
  const children = `${of}ArrayProperties.StatusSummary`;
  return `${of}Status in ['STARTING', 'RUNNING'] or $sum([${children}.STARTING, ${children}.RUNNING]) > 0`;
}

const REFUSED = [
  {
    ErrorEquals: ['JobRefused'],
    Assign: { why: jsonata('$parse($states.errorOutput.Cause).errorMessage') },
    Next: 'JobRefused',
  },
];

const TRY_AGAIN = [
  {
    ErrorEquals: [
      'Lambda.ServiceException',
      'Lambda.TooManyRequestsException',
      'Lambda.SdkClientException',
      // A function that ran out of time or crashed: reading and publishing may be done again.
      ...LAMBDA_DIED,
      'Batch.TooManyRequestsException',
      'Batch.ServerException',
      'Batch.SdkClientException',
      'CloudWatch.SdkClientException',
      // What S3 or KMS would not do now, as the functions call it.
      'GoodNetError',
    ],
    IntervalSeconds: 5,
    MaxAttempts: 5,
    BackoffRate: 2,
    JitterStrategy: 'FULL',
  },
];

/** What a task asks of AWS, such as `batch:submitJob`. */
function task(partition: string, what: string): string {
  return `arn:${partition}:states:::${what}`;
}

/** A JSONata expression as a state has it. */
function jsonata(expression: string): string {
  return `{% ${expression} %}`;
}
