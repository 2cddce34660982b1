import { type Duration, type RemovalPolicy, Size } from 'aws-cdk-lib';
import { Action, EcsEc2ContainerDefinition, EcsJobDefinition, Reason } from 'aws-cdk-lib/aws-batch';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type GoodNetArtifacts, PREFIXES } from '../artifacts';
import { allow, explain } from '../iam';
import { ONLY_WHAT_IMAGES_NEED } from '../image-files';
import { packageRoot } from '../package-root';
import { allowListing, allowPublishing, storeUrl } from '../store';

export interface RepairJobProps {
  readonly artifacts: GoodNetArtifacts;
  /** An image in a registry; by default it is built from GoodNet's own Dockerfile at deployment. */
  readonly image: string | undefined;
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/** What of a machine with one GPU (g4dn.xlarge, g5.xlarge, g6.xlarge: 4 processors, 16 GiB) a job takes. */
const SIZE = { gpu: 1, cpu: 4, memory: Size.mebibytes(14_000) };

/** The job that repairs nets: its container, what it may do, and when it is tried again. */
export function repairJob(
  scope: Construct,
  props: RepairJobProps,
): { definition: EcsJobDefinition; logGroup: LogGroup } {
  const { artifacts, image, timeout, removalPolicy } = props;
  const logGroup = new LogGroup(scope, 'JobLogs', { retention: RetentionDays.THREE_MONTHS, removalPolicy });
  const container = new EcsEc2ContainerDefinition(scope, 'Container', {
    ...SIZE,
    image: image ? ContainerImage.fromRegistry(image) : ownImage(),
    command: ['job', 'Ref::job'],
    environment: {
      GOODNET_ENGINE: 'node',
      GOODNET_JOB_STATE: `s3://${artifacts.bucket.bucketName}/${PREFIXES.jobs}`,
      GOODNET_STORE: storeUrl(artifacts.store),
      ...(artifacts.signingKey && { GOODNET_SIGN: artifacts.signingKey.keyArn }),
    },
    jobRole: jobRole(scope, artifacts),
    executionRole: executionRole(scope, logGroup),
    logging: LogDriver.awsLogs({ logGroup, streamPrefix: 'repair' }),
    user: '10001',
  });
  const definition = new EcsJobDefinition(scope, 'Definition', {
    container,
    timeout,
    parameters: { job: 'none' },
    // Each net is done once, however often the job is tried: a try goes on where the one before stopped.
    retryAttempts: 5,
    retryStrategies: [
      { action: Action.RETRY, on: Reason.SPOT_INSTANCE_RECLAIMED },
      { action: Action.RETRY, on: Reason.custom({ onExitCode: '143' }) },
      { action: Action.EXIT, on: Reason.custom({ onReason: '*' }) },
    ],
    propagateTags: true,
  });
  return { definition, logGroup };
}

function ownImage(): ContainerImage {
  return ContainerImage.fromAsset(packageRoot(), {
    ...ONLY_WHAT_IMAGES_NEED,
    file: 'build-repair/Dockerfile',
    platform: Platform.LINUX_AMD64,
  });
}

function jobRole(scope: Construct, artifacts: GoodNetArtifacts): Role {
  const { bucket, store } = artifacts;
  const role = new Role(scope, 'JobRole', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  allow(role, {
    sid: 'ReadNetsAndImages',
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects(`${PREFIXES.inbox}/*`)],
    because:
      'A job names nets and images in the inbox that are not known beforehand: the inbox, and no more.',
  });
  allow(role, {
    sid: 'KeepWhatIsDone',
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: [bucket.arnForObjects(`${PREFIXES.jobs}/*`)],
    because: 'What is done is kept by job and net, not known beforehand: that prefix, and no more.',
  });
  allowListing(bucket, PREFIXES.inbox, role);
  allowListing(bucket, PREFIXES.jobs, role);
  allowPublishing(store, role);
  return role;
}

function executionRole(scope: Construct, logGroup: LogGroup): Role {
  const role = new Role(scope, 'ExecutionRole', {
    assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  explain(
    role,
    'IAM5[Resource::*]',
    'ecr:GetAuthorizationToken knows no resources (CDK adds it with the image).',
  );
  return role;
}
