import type { JobQueue } from 'aws-cdk-lib/aws-batch';

export interface WorkflowProps {
  readonly spot: Pick<JobQueue, 'jobQueueArn'>;
  readonly onDemand: Pick<JobQueue, 'jobQueueArn'>;
  readonly definitionArn: string;
  /** The most machines that one job is shared out over. */
  readonly maxShares: number;
  /** Seconds until the workflow gives up. */
  readonly timeout: number;
}

const BUCKET = `$substringBefore($substringAfter($states.input.job, 's3://'), '/')`;
const KEY = `$substringAfter($substringAfter($states.input.job, 's3://'), '/')`;

/**
 * The states of the repair (Amazon States Language, JSONata). Input: `{"job": "s3://bucket/inbox/NAME/repair-job.json"}`.
 * The nets are counted; the job is shared out over as many machines, on spot first. What is left when spot machines
 * can't be had, or were taken away too often, is done at full price: nets that are done are not done again.
 */
export function repairStates(props: WorkflowProps): Record<string, object> {
  const { spot, onDemand, maxShares } = props;
  return {
    CountNets: {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:s3:getObject',
      Arguments: { Bucket: jsonata(BUCKET), Key: jsonata(KEY) },
      Output: {
        job: jsonata('$states.input.job'),
        shares: jsonata(`$min([$count($parse($states.result.Body).nets), ${maxShares}])`),
      },
      // More nets than an answer can hold (256 KiB).
      Catch: [
        {
          ErrorEquals: ['States.DataLimitExceeded', 'States.QueryEvaluationError'],
          Output: { job: jsonata('$states.input.job'), shares: maxShares },
          Next: 'OnSpotMachines',
        },
      ],
      Retry: TRY_AGAIN,
      Next: 'OnSpotMachines',
    },
    OnSpotMachines: {
      ...submit(props, spot),
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output: { job: jsonata('$states.input.job'), shares: jsonata('$states.input.shares') },
          Next: 'OnDemandMachines',
        },
      ],
    },
    OnDemandMachines: submit(props, onDemand),
  };
}

const TRY_AGAIN = [
  {
    ErrorEquals: ['S3.SdkClientException', 'Batch.TooManyRequestsException', 'Batch.ServerException'],
    IntervalSeconds: 5,
    MaxAttempts: 5,
    BackoffRate: 2,
    JitterStrategy: 'FULL',
  },
];

function submit({ definitionArn }: WorkflowProps, queue: Pick<JobQueue, 'jobQueueArn'>): object {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::batch:submitJob.sync',
    Arguments: {
      JobName: 'goodnet-repair',
      JobQueue: queue.jobQueueArn,
      JobDefinition: definitionArn,
      Parameters: { job: jsonata('$states.input.job') },
      // An array has two children or more. Without one, the container is told of no share and does all nets.
      ArrayProperties: jsonata(`$states.input.shares > 1 ? {'Size': $states.input.shares} : {}`),
    },
    Retry: TRY_AGAIN,
    End: true,
  };
}

/** A JSONata expression as a state has it. */
function jsonata(expression: string): string {
  return `{% ${expression} %}`;
}
