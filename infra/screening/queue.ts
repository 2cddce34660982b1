import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { lastQueue, QUEUE } from '../queues';

export interface UploadQueueProps {
  readonly uploads: IBucket;
  readonly prefix: string;
  /** Prefixes that screening itself writes to. */
  readonly own: readonly string[];
  /** How long one message may take; the queue hides it six times as long. */
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/** Where uploads wait, and where they end that nothing came of. */
export interface UploadQueues {
  readonly queue: Queue;
  /** What failed five times. SQS moves it back: it takes that of its own dead letters alone. */
  readonly deadLetters: Queue;
  /** Events that EventBridge could not bring into the queue. */
  readonly undelivered: Queue;
}

/** New objects come from EventBridge into a queue; what fails five times goes into another, and stays two weeks. */
export function uploadQueue(scope: Construct, props: UploadQueueProps): UploadQueues {
  const { uploads, prefix, own, timeout, removalPolicy } = props;
  const deadLetters = lastQueue(scope, 'DeadLetters', removalPolicy);
  const undelivered = lastQueue(scope, 'Undelivered', removalPolicy);
  const queue = new Queue(scope, 'Uploads', {
    ...QUEUE,
    removalPolicy,
    visibilityTimeout: Duration.seconds(6 * timeout.toSeconds()),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
  });
  new Rule(scope, 'OnUpload', {
    description: 'An object has come into the uploads bucket',
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [uploads.bucketName] }, object: { key: keys(prefix, own) } },
    },
    targets: [
      new SqsQueue(queue, {
        retryAttempts: 185,
        maxEventAge: Duration.hours(24),
        deadLetterQueue: undelivered,
      }),
    ],
  });
  return { queue, deadLetters, undelivered };
}

/** Keys below a prefix; what screening writes would come back to it for ever. */
function keys(prefix: string, own: readonly string[]): unknown[] {
  if (prefix !== '') return [{ prefix: `${prefix}/` }];
  if (own.length === 0) return [{ exists: true }];
  return [{ 'anything-but': { prefix: own.map((each) => `${each}/`) } }];
}
