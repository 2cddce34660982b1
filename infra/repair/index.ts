import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { JobQueue } from 'aws-cdk-lib/aws-batch';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type GoodNetArtifacts, PREFIXES } from '../artifacts';
import { lastQueue } from '../queues';
import { serviceHere } from '../trust';
import { INSTANCE_TYPES, repairQueues } from './compute';
import { repairJob } from './job';
import { repairMachine } from './machine';
import { repairNetwork } from './network';
import { planFunction, publishFunction } from './step-function';

export interface GoodNetRepairProps {
  /** Where nets come from and bundles go. */
  readonly artifacts: GoodNetArtifacts;
  /** Default: a network of its own that costs nothing while nothing runs. */
  readonly vpc?: IVpc;
  /** Machines with one NVIDIA GPU, 4 processors and 16 GiB, all of them offered in the region. Default g4dn.xlarge. */
  readonly instanceTypes?: readonly string[];
  /** Processors of all machines at once, in each queue. Default 64: sixteen machines. */
  readonly maxvCpus?: number;
  /** The most machines that one job is shared out over. Default 16. */
  readonly maxShares?: number;
  /** An image in a registry; by default GoodNet's own Dockerfile is built at deployment, which takes Docker. */
  readonly image?: string;
  /** How long one try of a share of a job may take; Batch does not try again what ran into it. Default a day. */
  readonly timeout?: Duration;
  /** Whether bundles of jobs that an upload has started become current. Default: no, a person activates them. */
  readonly activateFromInbox?: boolean;
  /** What metrics are told from other deployments' by: their dimension `service`. Default: the stack's name. */
  readonly service?: string;
  /** Whether a job file in the inbox starts its job. Default true. */
  readonly startOnUpload?: boolean;
  /** What becomes of the logs when the stack is deleted. Default: they stay. */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Repairs nets on GPU machines that are there only while they work: on spot machines first, at full price where there
 * are none. Add a GoodNetWatch: its alarm tells of jobs that failed. A job begins when `inbox/NAME/repair-job.json` is uploaded (last, after what it names), or by hand.
 *
 * @example
 * new GoodNetRepair(this, 'Repair', { artifacts });
 */
export class GoodNetRepair extends Construct {
  readonly workflow: StateMachine;
  /** Where jobs wait for machines. */
  readonly queues: readonly JobQueue[];
  /** The dimension `service` of its metric. */
  readonly service: string;
  /** Events of job files that could not start their job. */
  readonly notStarted: Queue | undefined;

  constructor(scope: Construct, id: string, props: GoodNetRepairProps) {
    super(scope, id);
    const { artifacts, instanceTypes = INSTANCE_TYPES } = props;
    const {
      maxvCpus = 64,
      maxShares = 16,
      timeout = Duration.hours(24),
      image,
      startOnUpload = true,
    } = props;
    const { removalPolicy = RemovalPolicy.RETAIN } = props;
    const vpc = props.vpc ?? repairNetwork(this, removalPolicy);
    const { spot, onDemand } = repairQueues(this, { vpc, instanceTypes, maxvCpus });
    const { definition } = repairJob(this, { artifacts, image, timeout, removalPolicy });
    this.service = props.service ?? Stack.of(this).stackName;
    this.queues = [spot, onDemand];
    const steps = {
      artifacts,
      maxShares,
      activateFromInbox: props.activateFromInbox ?? false,
      removalPolicy,
    };
    this.workflow = repairMachine(this, {
      plan: planFunction(this, steps),
      publish: publishFunction(this, steps),
      service: this.service,
      spot,
      onDemand,
      definition,
      // Tries on spot machines, waiting for them, and a try at full price.
      timeout: Duration.days(7),
      removalPolicy,
    });
    if (startOnUpload) {
      this.notStarted = lastQueue(this, 'NotStarted', removalPolicy);
      this.startOnUpload(artifacts);
    }
    new CfnOutput(this, 'StartByHand', {
      value: `aws stepfunctions start-execution --state-machine-arn ${this.workflow.stateMachineArn} --input '{"job":"s3://${artifacts.bucket.bucketName}/${PREFIXES.inbox}/NAME/repair-job.json","byHand":true}'`,
    });
    new CfnOutput(this, 'StartByUpload', {
      value: `aws s3 cp --recursive NAME s3://${artifacts.bucket.bucketName}/${PREFIXES.inbox}/NAME --exclude repair-job.json && aws s3 cp NAME/repair-job.json s3://${artifacts.bucket.bucketName}/${PREFIXES.inbox}/NAME/`,
    });
  }

  private startOnUpload(artifacts: GoodNetArtifacts): void {
    new Rule(this, 'OnUpload', {
      description: 'A job file has come into the inbox',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [artifacts.bucket.bucketName] },
          // A * matches / as well: what is deeper is refused by who reads the job (build-repair/job/on-aws/plan-job.ts).
          object: { key: [{ wildcard: `${PREFIXES.inbox}/*/repair-job.json` }] },
        },
      },
      targets: [
        new SfnStateMachine(this.workflow, {
          // As S3 tells it: a template would put the key, which who uploads chooses, into JSON as it is.
          input: RuleTargetInput.fromEventPath('$.detail'),
          retryAttempts: 8,
          deadLetterQueue: this.notStarted,
          role: new Role(this, 'StartRole', { assumedBy: serviceHere(this, 'events') }),
        }),
      ],
    });
  }
}
