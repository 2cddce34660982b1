import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type GoodNetArtifacts, PREFIXES } from '../artifacts';
import { allow } from '../iam';
import { roleWithLogs } from '../lambda/role';
import { packageRoot } from '../package-root';
import { allowListing, allowPublishing, storeUrl } from '../store';

interface StepFunctionProps {
  readonly handler: string;
  readonly description: string;
  readonly memory: number;
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
  readonly removalPolicy: RemovalPolicy;
}

/** A step of the workflow that takes no GPU: a small function with a role of its own (build-repair/job/on-aws). */
export class StepFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, { removalPolicy, memory, ...props }: StepFunctionProps) {
    super(scope, id);
    const { role, logGroup } = roleWithLogs(this, removalPolicy);
    this.role = role;
    this.function = new LambdaFunction(this, 'Function', {
      ...props,
      role,
      logGroup,
      memorySize: memory,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(programs()),
    });
  }
}

function programs(): string {
  const folder = join(packageRoot(), 'dist', 'lambda-jobs');
  if (existsSync(join(folder, 'plan.mjs'))) return folder;
  throw new Error(`There is no ${join(folder, 'plan.mjs')}: run \`npm run build:lambda\` first.`);
}

export interface StepsProps {
  readonly artifacts: GoodNetArtifacts;
  readonly maxShares: number;
  readonly activateFromInbox: boolean;
  readonly removalPolicy: RemovalPolicy;
}

/** Megabytes: more than the worst job file takes that is read at all (build-repair/job/on-aws/plan-job.ts). */
const READS_JOBS = 3008;

/** Reads the job file before a machine is started: it may read the inbox, and write what it has to say. */
export function planFunction(
  scope: Construct,
  { artifacts, maxShares, removalPolicy }: StepsProps,
): LambdaFunction {
  const { function: made, role } = new StepFunction(scope, 'Plan', {
    handler: 'plan.handler',
    description: 'GoodNet: reads a job file before any machine is started',
    memory: READS_JOBS,
    timeout: Duration.minutes(1),
    environment: { ...places(artifacts), GOODNET_MAX_SHARES: String(maxShares) },
    removalPolicy,
  });
  allowReadingJobs(artifacts, role);
  allow(role, {
    sid: 'TellWhatWasRead',
    actions: ['s3:PutObject'],
    resources: [artifacts.bucket.arnForObjects(`${PREFIXES.jobs}/*/job.json`)],
    because: 'Jobs have names that are not known beforehand: the one file of each.',
  });
  return made;
}

/** Signs and publishes what was made. It alone has the key, and it loads no net: it reads finished bundles, and verifies them. */
export function publishFunction(scope: Construct, props: StepsProps): LambdaFunction {
  const { artifacts, activateFromInbox, removalPolicy } = props;
  const { bucket, store, signingKey } = artifacts;
  const { function: made, role } = new StepFunction(scope, 'Publish', {
    handler: 'publish.handler',
    description: 'GoodNet: signs and publishes the bundles that a job has made',
    memory: READS_JOBS,
    timeout: Duration.minutes(15),
    environment: {
      ...places(artifacts),
      GOODNET_STORE: storeUrl(store),
      ...(signingKey && { GOODNET_SIGN: signingKey.keyArn }),
      ...(activateFromInbox && { GOODNET_ACTIVATE_FROM_INBOX: 'true' }),
    },
    removalPolicy,
  });
  allowReadingJobs(artifacts, role);
  allow(role, {
    sid: 'ReadWhatWasMade',
    actions: ['s3:GetObject'],
    resources: [PREFIXES.jobs, PREFIXES.made].map((prefix) => bucket.arnForObjects(`${prefix}/*`)),
    because:
      'Jobs and their nets have names that are not known beforehand: what is made of them, and no more.',
  });
  allowListing(bucket, PREFIXES.jobs, role);
  allowListing(bucket, PREFIXES.made, role);
  allowPublishing(store, role);
  return made;
}

function places({ bucket: { bucketName } }: GoodNetArtifacts): Record<string, string> {
  return {
    GOODNET_INBOX: `s3://${bucketName}/${PREFIXES.inbox}`,
    GOODNET_MADE: `s3://${bucketName}/${PREFIXES.made}`,
    GOODNET_JOB_STATE: `s3://${bucketName}/${PREFIXES.jobs}`,
  };
}

function allowReadingJobs({ bucket }: GoodNetArtifacts, role: Role): void {
  allow(role, {
    sid: 'ReadJobFiles',
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects(`${PREFIXES.inbox}/*`)],
    because: 'Jobs are put into the inbox under names that are not known beforehand.',
  });
  allowListing(bucket, PREFIXES.inbox, role);
}
