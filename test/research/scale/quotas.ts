/** Quotas of an account and region as AWS has them at first; `raise` is what they are called in Service Quotas. */
export interface Quota {
  readonly most: number;
  readonly of: string;
  readonly raise: string;
  readonly source: string;
}

const CONCURRENCY = 'Lambda: Concurrent executions';

export const QUOTAS = {
  /** New accounts have as few as ten. */
  concurrency: {
    most: 1000,
    of: 'instances of all functions',
    raise: CONCURRENCY,
    source: 'Lambda quotas',
  },
  /** However short they are: ten a second for each instance that the account may have. */
  lambdaRequests: {
    most: 10_000,
    of: 'calls a second, ten for each instance',
    raise: CONCURRENCY,
    source: 'Lambda quotas',
  },
  scaling: {
    most: 100,
    of: 'more instances of a function a second (1,000 in ten)',
    raise: '(fixed)',
    source: 'Lambda scaling behavior',
  },
  httpApi: {
    most: 10_000,
    of: 'requests a second of all HTTP APIs',
    raise: 'API Gateway: Throttle rate',
    source: 'API Gateway quotas',
  },
  sqsFirst: {
    most: 5,
    of: 'calls at once on a queue, at first',
    raise: '(fixed; provisioned mode)',
    source: 'Lambda with SQS',
  },
  sqsPerMinute: {
    most: 300,
    of: 'more calls at once on a queue, a minute',
    raise: '(fixed; provisioned mode)',
    source: 'Lambda with SQS',
  },
  sqsMost: {
    most: 1000,
    of: 'calls at once on a queue (maximum concurrency)',
    raise: 'more queues',
    source: 'Lambda with SQS',
  },
  s3Writes: {
    most: 3500,
    of: 'writes a second below a prefix',
    raise: 'more prefixes (S3 parts them itself, in time)',
    source: 'S3 performance guidelines',
  },
  mapChildren: {
    most: 10_000,
    of: 'children of a Distributed Map at once',
    raise: '(fixed)',
    source: 'Step Functions quotas',
  },
  spotVcpus: {
    most: 0,
    of: 'processors of G machines on spot, in a new account',
    raise: 'EC2: All G and VT Spot Instance Requests',
    source: 'EC2 quotas',
  },
  onDemandVcpus: {
    most: 0,
    of: 'processors of G machines at full price, in a new account',
    raise: 'EC2: Running On-Demand G and VT instances',
    source: 'EC2 quotas',
  },
} satisfies Record<string, Quota>;
