import { type Duration, type RemovalPolicy, Size, Stack, Validations } from 'aws-cdk-lib';
import { Action, EcsEc2ContainerDefinition, EcsJobDefinition, Reason } from 'aws-cdk-lib/aws-batch';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type GoodNetArtifacts, PREFIXES } from '../artifacts';
import { ONLY_WHAT_IMAGES_NEED } from '../container-files';
import { canBuildImage } from '../docker';
import { allow, explain } from '../iam';
import { packageRoot } from '../package-root';
import { allowListing } from '../store';
import { serviceHere } from '../trust';

export interface RepairJobProps {
  readonly artifacts: GoodNetArtifacts;
  /** An image in a registry; by default it is built from GoodNet's own Dockerfile at deployment. */
  readonly image: string | undefined;
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/** Whom the container runs as. */
export const CONTAINER_USER = '10001';

/** What of a machine with one GPU (g4dn.xlarge, g5.xlarge, g6.xlarge: 4 processors, 16 GiB) a job takes. */
const SIZE = { gpu: 1, cpu: 4, memory: Size.mebibytes(14_000) };

/** The job that repairs nets: its container, what it may do, and when it is tried again. */
export function repairJob(
  scope: Construct,
  props: RepairJobProps,
): { definition: EcsJobDefinition; logGroup: LogGroup } {
  const { artifacts, image, timeout, removalPolicy } = props;
  const logGroup = new LogGroup(scope, 'JobLogs', { retention: RetentionDays.THREE_MONTHS, removalPolicy });
  const executor = executionRole(scope, logGroup);
  const container = new EcsEc2ContainerDefinition(scope, 'Container', {
    ...SIZE,
    image: image === undefined ? ownImage(scope, artifacts) : ContainerImage.fromRegistry(image),
    // The file is read once more here: by its digest it is the one that was looked at before any machine was started.
    command: ['job', 'Ref::job', '--sha256', 'Ref::sha256', '--store', 'Ref::made'],
    environment: {
      GOODNET_ENGINE: 'node',
      GOODNET_JOB_STATE: `s3://${artifacts.bucket.bucketName}/${PREFIXES.jobs}`,
      // Batch tells a container no region.
      AWS_REGION: Stack.of(scope).region,
    },
    jobRole: jobRole(scope, artifacts),
    executionRole: executor,
    logging: LogDriver.awsLogs({ logGroup, streamPrefix: 'repair' }),
    user: CONTAINER_USER,
  });
  allowPulling(container, image, executor);
  const definition = new EcsJobDefinition(scope, 'Definition', {
    container,
    timeout,
    parameters: { job: 'none', sha256: 'none', made: 'none' },
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

/**
 * `123456789012.dkr.ecr.REGION.amazonaws.com/NAME`, with a tag or a digest; and ECR's other hosts: FIPS (`dkr.ecr-fips`), IPv6
 * (`dkr-ecr.REGION.on.aws`), and those of China.
 */
const IN_ECR =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)\/([^:@]+)(?:[:@].+)?$/;

/** Lets who starts the container pull its image, where that is in a repository of ECR: those are private. */
function allowPulling(scope: Construct, image: string | undefined, role: Role): void {
  const [, account, region, repositoryName] = IN_ECR.exec(image ?? '') ?? [];
  if (repositoryName === undefined) return;
  const repositoryArn = Stack.of(scope).formatArn({
    service: 'ecr',
    account,
    region,
    resource: 'repository',
    resourceName: repositoryName,
  });
  Validations.of(scope).acknowledge({
    id: 'Annotation::@aws-cdk/aws-ecs:ecrImageRequiresPolicy',
    reason: 'They are granted here, and the host stays the one that was given.',
  });
  Repository.fromRepositoryAttributes(scope, 'Image', { repositoryArn, repositoryName }).grantPull(role);
}

function ownImage(scope: Construct, artifacts: GoodNetArtifacts): ContainerImage {
  const instead = '-c goodnet:repair=false, or -c goodnet:repairImage=AN_IMAGE_IN_A_REGISTRY';
  if (!canBuildImage(scope, 'the repair', instead, [Stack.of(artifacts)]))
    return ContainerImage.fromRegistry('scratch');
  return ContainerImage.fromAsset(packageRoot(), {
    ...ONLY_WHAT_IMAGES_NEED,
    file: 'build-repair/Dockerfile',
    platform: Platform.LINUX_AMD64,
  });
}

/** What the container may do, where strangers' nets are parsed: it neither signs nor writes where bundles are answered from. */
function jobRole(scope: Construct, artifacts: GoodNetArtifacts): Role {
  const { bucket } = artifacts;
  const role = new Role(scope, 'JobRole', { assumedBy: serviceHere(scope, 'ecs-tasks') });
  allow(role, {
    sid: 'ReadNetsAndImages',
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects(`${PREFIXES.inbox}/*`)],
    because:
      'A job names nets and images in the inbox that are not known beforehand: the inbox, and no more.',
  });
  // Of all jobs, not of its own alone: Batch takes the role from the job's definition, none from who submits it. Credentials for one
  // job (a session policy) would last an hour, as a function's own do when it takes on a role with them, where a net may take two, and
  // who may describe jobs could read them. So a net that gets hold of the container could write in another job's place, while that one
  // is under way, what is signed for it; that is published, and what an upload has made is not current until a person makes it so.
  allow(role, {
    sid: 'ReadWhatIsDone',
    actions: ['s3:GetObject'],
    resources: [PREFIXES.jobs, PREFIXES.made].map((prefix) => bucket.arnForObjects(`${prefix}/*`)),
    because:
      'What is done and made is kept by job and net, not known beforehand: these prefixes, and no more.',
  });
  allow(role, {
    sid: 'KeepWhatIsDone',
    actions: ['s3:PutObject'],
    resources: [
      ...['done.json', 'report.html'].map((file) => bucket.arnForObjects(`${PREFIXES.jobs}/*/*/${file}`)),
      bucket.arnForObjects(`${PREFIXES.made}/*/*/*`),
    ],
    because:
      'What is done and made is kept by job and net, not known beforehand: the two files of a net, and its bundles.',
  });
  allowListing(bucket, PREFIXES.inbox, role);
  allowListing(bucket, PREFIXES.jobs, role);
  allowListing(bucket, PREFIXES.made, role);
  return role;
}

function executionRole(scope: Construct, logGroup: LogGroup): Role {
  const role = new Role(scope, 'ExecutionRole', {
    assumedBy: serviceHere(scope, 'ecs-tasks'),
  });
  logGroup.grantWrite(role);
  explain(
    role,
    'IAM5[Resource::*]',
    'ecr:GetAuthorizationToken knows no resources (CDK adds it with the image).',
  );
  return role;
}
