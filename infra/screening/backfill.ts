import { Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { DefinitionBody, LogLevel, QueryLanguage, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { allow, explain } from '../iam';
import { LAMBDA_DIED } from '../lambda/died';
import { deliveredLogs } from '../logs';
import { allowListing } from '../store';
import { serviceHere } from '../trust';
import { OWN_PREFIX } from './prefix-overlap';

export interface BackfillProps {
  readonly uploads: IBucket;
  readonly prefix: string;
  readonly screen: IFunction;
  /** Functions that run at once. */
  readonly concurrency: number;
  readonly removalPolicy: RemovalPolicy;
}

/** How long one call of the function may take, in seconds: as long as an express workflow. */
export const BACKFILL_WITHIN = 300;
/**
 * Objects that one call of the function screens: so few that the last have their time, however slow the net is (eight at once, each
 * within 45 seconds: functions/screening/events.ts).
 */
export const BACKFILL_BATCH = 40;
/** Where what each call said is kept. */
export const BACKFILL_PREFIX = OWN_PREFIX;
/** What the function's error is called when every object of a batch failed (functions/screening/backfill.ts). */
export const BATCH_FAILED = 'BatchFailed';

/**
 * Screens what is in the bucket already: Step Functions lists it (Distributed Map) and hands it to the function in
 * batches. Input: `{"prefix": "2026/"}`, below the prefix that is screened.
 */
export function backfill(scope: Construct, props: BackfillProps): StateMachine {
  const { uploads, prefix, screen, removalPolicy } = props;
  const stack = Stack.of(scope);
  const role = new Role(scope, 'BackfillRole', { assumedBy: serviceHere(scope, 'states') });
  const name = Names.uniqueResourceName(scope, { maxLength: 60, separator: '-' });
  const machine = new StateMachine(scope, 'Backfill', {
    role,
    stateMachineName: name,
    queryLanguage: QueryLanguage.JSONATA,
    definitionBody: DefinitionBody.fromString(stack.toJsonString(backfillStates(props, stack.partition))),
    tracingEnabled: true,
    logs: {
      level: LogLevel.ALL,
      destination: deliveredLogs(scope, 'BackfillLogs', 'states', removalPolicy),
    },
    removalPolicy: RemovalPolicy.DESTROY,
  });
  explain(role, 'IAM5[Resource::*]', 'Log deliveries and X-Ray segments know no resources (CDK adds both).');
  const machineArn = stack.formatArn({ service: 'states', resource: `stateMachine:${name}` });
  // AWS's policy for a Distributed Map names its children by one form, those of a map with a label have the other.
  const executions = [':', '/'].map((parted) =>
    stack.formatArn({ service: 'states', resource: `execution:${name}${parted}*` }),
  );
  const because = "The map's own children, which are named when it runs; of this state machine alone.";
  allow(role, { sid: 'StartChildren', actions: ['states:StartExecution'], resources: [machineArn] });
  allow(role, {
    sid: 'FollowChildren',
    actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
    resources: executions,
    because,
  });
  allow(role, { sid: 'Screen', actions: ['lambda:InvokeFunction'], resources: [screen.functionArn] });
  allowListing(uploads, prefix, role);
  allow(role, {
    sid: 'KeepWhatCallsSaid',
    actions: ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
    resources: [uploads.arnForObjects(`${BACKFILL_PREFIX}/*`)],
    because: 'Step Functions names the files itself: that prefix, and no more.',
  });
  return machine;
}

/** The states of the backfill (Amazon States Language, JSONata). @param partition of AWS: `aws`, `aws-cn`, `aws-us-gov` */
export function backfillStates(
  { uploads, prefix, screen, concurrency }: BackfillProps,
  partition: string,
): object {
  const below = prefix === '' ? '' : `${prefix}/`;
  return {
    Comment: 'Screens the objects that are in the uploads bucket already',
    QueryLanguage: 'JSONata',
    StartAt: 'ScreenAll',
    States: {
      ScreenAll: {
        Type: 'Map',
        Label: 'ScreenAll',
        MaxConcurrency: concurrency,
        ToleratedFailurePercentage: 5,
        ItemReader: {
          Resource: `arn:${partition}:states:::s3:listObjectsV2`,
          Arguments: {
            Bucket: uploads.bucketName,
            Prefix: `{% '${below}' & ($exists($states.input.prefix) ? $states.input.prefix : '') %}`,
          },
        },
        ItemBatcher: { MaxItemsPerBatch: BACKFILL_BATCH, BatchInput: { bucket: uploads.bucketName } },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          StartAt: 'Screen',
          States: {
            Screen: {
              Type: 'Task',
              Resource: `arn:${partition}:states:::lambda:invoke`,
              Arguments: { FunctionName: screen.functionArn, Payload: '{% $states.input %}' },
              Output: '{% $states.result.Payload %}',
              Retry: [
                {
                  ErrorEquals: [
                    'Lambda.TooManyRequestsException',
                    'Lambda.ServiceException',
                    'Lambda.SdkClientException',
                  ],
                  IntervalSeconds: 2,
                  MaxAttempts: 8,
                  BackoffRate: 2,
                  JitterStrategy: 'FULL',
                },
                // Within the five minutes that an express workflow may take.
                {
                  ErrorEquals: [BATCH_FAILED, ...LAMBDA_DIED],
                  IntervalSeconds: 5,
                  MaxAttempts: 3,
                  BackoffRate: 2,
                  JitterStrategy: 'FULL',
                },
              ],
              End: true,
            },
          },
        },
        ResultWriter: {
          Resource: `arn:${partition}:states:::s3:putObject`,
          Arguments: { Bucket: uploads.bucketName, Prefix: BACKFILL_PREFIX },
          WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSONL' },
        },
        End: true,
      },
    },
  };
}
