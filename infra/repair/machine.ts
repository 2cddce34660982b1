import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { EcsJobDefinition, JobQueue } from 'aws-cdk-lib/aws-batch';
import { Role } from 'aws-cdk-lib/aws-iam';
import { DefinitionBody, LogLevel, QueryLanguage, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { type GoodNetArtifacts, PREFIXES } from '../artifacts';
import { allow, explain } from '../iam';
import { deliveredLogs } from '../logs';
import { serviceHere } from '../trust';
import { repairStates } from './workflow';

export interface RepairMachineProps {
  readonly artifacts: GoodNetArtifacts;
  readonly spot: JobQueue;
  readonly onDemand: JobQueue;
  readonly definition: EcsJobDefinition;
  readonly maxShares: number;
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/** The state machine that takes a job through the queues. */
export function repairMachine(scope: Construct, props: RepairMachineProps): StateMachine {
  const { artifacts, spot, onDemand, definition, maxShares, timeout, removalPolicy } = props;
  const stack = Stack.of(scope);
  const role = new Role(scope, 'WorkflowRole', { assumedBy: serviceHere(scope, 'states') });
  const states = repairStates({
    spot,
    onDemand,
    definitionArn: definition.jobDefinitionArn,
    maxShares,
    timeout: timeout.toSeconds(),
  });
  const machine = new StateMachine(scope, 'Workflow', {
    role,
    queryLanguage: QueryLanguage.JSONATA,
    definitionBody: DefinitionBody.fromString(
      stack.toJsonString({
        Comment: 'Repairs the nets of a job',
        QueryLanguage: 'JSONata',
        StartAt: 'CountNets',
        TimeoutSeconds: timeout.toSeconds(),
        States: states,
      }),
    ),
    tracingEnabled: true,
    logs: {
      level: LogLevel.ALL,
      destination: deliveredLogs(scope, 'WorkflowLogs', 'states', removalPolicy),
    },
    removalPolicy: RemovalPolicy.DESTROY,
  });
  explain(role, 'IAM5[Resource::*]', 'Log deliveries and X-Ray segments know no resources (CDK adds both).');
  allow(role, {
    sid: 'CountNets',
    actions: ['s3:GetObject'],
    resources: [artifacts.bucket.arnForObjects(`${PREFIXES.inbox}/*`)],
    because: 'Jobs are put into the inbox under names that are not known beforehand.',
  });
  allow(role, {
    sid: 'SubmitJobs',
    actions: ['batch:SubmitJob'],
    resources: [spot.jobQueueArn, onDemand.jobQueueArn, definition.jobDefinitionArn],
  });
  allow(role, {
    sid: 'FollowJobs',
    actions: ['batch:DescribeJobs', 'batch:TerminateJob'],
    resources: ['*'],
    because: 'AWS Batch knows no resources for DescribeJobs, and names jobs only when they are submitted.',
  });
  allow(role, {
    sid: 'HearOfJobs',
    actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
    resources: [
      stack.formatArn({
        service: 'events',
        resource: 'rule',
        resourceName: 'StepFunctionsGetEventsForBatchJobsRule',
      }),
    ],
  });
  return machine;
}
