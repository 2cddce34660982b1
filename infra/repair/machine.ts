import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { EcsJobDefinition, JobQueue } from 'aws-cdk-lib/aws-batch';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { DefinitionBody, LogLevel, QueryLanguage, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { allow, explain } from '../iam';
import { deliveredLogs } from '../logs';
import { serviceHere } from '../trust';
import { repairStates } from './workflow';

export interface RepairMachineProps {
  readonly spot: JobQueue;
  readonly onDemand: JobQueue;
  readonly definition: EcsJobDefinition;
  readonly plan: IFunction;
  readonly publish: IFunction;
  readonly service: string;
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/** The state machine that takes a job through the queues. */
export function repairMachine(scope: Construct, props: RepairMachineProps): StateMachine {
  const { spot, onDemand, definition, plan, publish, service, timeout, removalPolicy } = props;
  const stack = Stack.of(scope);
  const role = new Role(scope, 'WorkflowRole', { assumedBy: serviceHere(scope, 'states') });
  const states = repairStates({
    spot,
    onDemand,
    definitionArn: definition.jobDefinitionArn,
    planArn: plan.functionArn,
    publishArn: publish.functionArn,
    service,
    partition: stack.partition,
  });
  const machine = new StateMachine(scope, 'Workflow', {
    role,
    queryLanguage: QueryLanguage.JSONATA,
    definitionBody: DefinitionBody.fromString(
      stack.toJsonString({
        Comment: 'Repairs the nets of a job',
        QueryLanguage: 'JSONata',
        StartAt: 'ReadJob',
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
    sid: 'ReadAndPublish',
    actions: ['lambda:InvokeFunction'],
    resources: [plan.functionArn, publish.functionArn],
  });
  allow(role, {
    sid: 'SubmitJobs',
    actions: ['batch:SubmitJob'],
    resources: [spot.jobQueueArn, onDemand.jobQueueArn, definition.jobDefinitionArn],
  });
  allow(role, {
    sid: 'FollowJobs',
    actions: ['batch:DescribeJobs', 'batch:ListJobs', 'batch:TerminateJob'],
    resources: ['*'],
    because:
      'AWS Batch knows no resources for DescribeJobs and ListJobs, and names jobs only when they are submitted.',
  });
  allow(role, {
    sid: 'CountNoMachines',
    actions: ['cloudwatch:PutMetricData'],
    resources: ['*'],
    conditions: { StringEquals: { 'cloudwatch:namespace': 'GoodNet' } },
    because: 'PutMetricData knows no resources: of our namespace alone.',
  });
  return machine;
}
