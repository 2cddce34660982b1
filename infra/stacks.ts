import { Fn, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { GoodNetArtifacts } from './artifacts';
import { type Config, reservedFor } from './config';
import { encryptWith } from './encryption';
import { type EndpointAuth, GoodNetEndpoint } from './endpoint';
import { GoodNetRepair } from './repair';
import { GoodNetScreening } from './screening';
import { GoodNetWatch } from './watch';

/**
 * All of GoodNet on AWS, as it was chosen: a stack for each construct, so that one can be changed without the others.
 * What one takes from another it imports by export: CloudFormation refuses to take away, or to replace, what is imported, so
 * that no stack goes on with a bucket or a key that is not the others' any more. A read that is looser (Fn::GetStackOutput)
 * would say "no changes" there. The price is a second step where a choice does take something away: docs/operations.md,
 * "Changing what stacks share".
 */
export function goodNetStacks(app: Construct, config: Config, env: StackProps['env'] = {}): Stack[] {
  const removalPolicy = config.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
  const stacks: Stack[] = [];
  const stack = (what: string, description: string) => {
    const made = new GoodNetStack(app, `${config.name}-${what}`, {
      env,
      description: `GoodNet: ${description}`,
    });
    stacks.push(made);
    return made;
  };
  const forArtifacts = stack('Artifacts', 'nets, jobs and signed bundles');
  const key = (arn: string, i: number) => Key.fromKeyArn(forArtifacts, `TrustedKey${i}`, arn);
  const artifacts = new GoodNetArtifacts(forArtifacts, 'Artifacts', {
    signing: config.signing,
    signingKey: config.signingKey ? Key.fromKeyArn(forArtifacts, 'GivenKey', config.signingKey) : undefined,
    trustedKeys: config.trustKeys.map(key),
    leastSerial: config.leastSerial,
    removalPolicy,
  });
  const forRepair = config.repair ? stack('Repair', 'repairs nets on GPU machines') : undefined;
  const repair = forRepair
    ? new GoodNetRepair(forRepair, 'Repair', {
        artifacts,
        instanceTypes: config.instanceTypes,
        maxvCpus: config.maxvCpus,
        maxShares: config.maxShares,
        activateFromInbox: config.activateFromInbox,
        service: config.name,
        image: config.repairImage,
        vpc: config.vpc === undefined ? undefined : networkOf(forRepair, config.vpc, config.subnets),
        removalPolicy,
      })
    : undefined;
  const endpoint = config.endpoint
    ? new GoodNetEndpoint(stack('Endpoint', 'classifies images over HTTP'), 'Endpoint', {
        store: artifacts.store,
        front: config.front,
        auth: authOf(config),
        engine: config.engine,
        memory: config.memory,
        provisionedConcurrency: config.provisionedConcurrency,
        reservedConcurrency: reservedFor(config),
        throttle: { rate: config.throttleRate, burst: config.throttleBurst },
        origins: config.origins,
        audit: config.audit,
        service: config.name,
        removalPolicy,
      })
    : undefined;
  const screening = config.screening
    ? screeningOf(stack('Screening', 'screens uploads'), artifacts, config, removalPolicy)
    : undefined;
  if (config.watch) {
    new GoodNetWatch(stack('Watch', 'dashboard and alarms'), 'Watch', {
      endpoint,
      screening,
      repair,
      alpha: config.alpha,
      emails: config.alarmEmails,
    });
  }
  if (config.encryptionKey) for (const each of stacks) encryptWith(each, config.encryptionKey);
  return stacks;
}

function screeningOf(
  stack: Stack,
  { store }: GoodNetArtifacts,
  config: Config,
  removalPolicy: RemovalPolicy,
) {
  const { uploadsBucket, tags, results, events, quarantine } = config;
  return new GoodNetScreening(stack, 'Screening', {
    store,
    uploads: uploadsBucket === undefined ? undefined : Bucket.fromBucketName(stack, 'Uploads', uploadsBucket),
    prefix: config.uploadsPrefix,
    model: config.model,
    records: { tags, results: results === '' ? false : results, events, quarantine: quarantine || undefined },
    guardReads: config.guardReads,
    concurrency: config.screeningConcurrency,
    backfillConcurrency: config.backfillConcurrency,
    audit: config.audit,
    service: config.name,
    removalPolicy,
  });
}

function authOf({ auth, jwtIssuer, jwtAudience }: Config): EndpointAuth {
  return auth === 'iam'
    ? { kind: 'iam' }
    : { kind: 'jwt', issuer: jwtIssuer ?? '', audience: jwtAudience ?? [] };
}

/**
 * A stack that looks nothing up, so that its template is the same wherever it is made, and without an account. Two zones: every region
 * has as many.
 */
class GoodNetStack extends Stack {
  override get availabilityZones(): string[] {
    return [0, 1].map((i) => Fn.select(i, Fn.getAzs()));
  }
}

/** An existing network: nothing is looked up, so that templates are the same wherever they are made. */
function networkOf(stack: Stack, vpcId: string, subnets: readonly string[]): IVpc {
  Validations.of(stack).acknowledge({
    id: 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId',
    reason: 'Nobody asks for their routes.',
  });
  // Batch takes the subnets; nobody asks for their zones.
  const availabilityZones = subnets.map((_, i) => Fn.select(i, Fn.getAzs()));
  return Vpc.fromVpcAttributes(stack, 'Network', {
    vpcId,
    availabilityZones,
    privateSubnetIds: [...subnets],
  });
}
