import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface UploadQueueProps {
  readonly uploads: IBucket;
  readonly prefix: string;
  /** Prefixes that screening itself writes to. */
  readonly own: readonly string[];
  /** How long one message may take; the queue hides it six times as long. */
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/** New objects come from EventBridge into a queue; what fails five times goes into another, and stays two weeks. */
export function uploadQueue(scope: Construct, props: UploadQueueProps): { queue: Queue; deadLetters: Queue } {
  const { uploads, prefix, own, timeout, removalPolicy } = props;
  const shared = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, removalPolicy };
  const deadLetters = new Queue(scope, 'DeadLetters', { ...shared, retentionPeriod: Duration.days(14) });
  const queue = new Queue(scope, 'Uploads', {
    ...shared,
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
        deadLetterQueue: deadLetters,
      }),
    ],
  });
  return { queue, deadLetters };
}

/** Keys below a prefix; what screening writes would come back to it for ever. */
function keys(prefix: string, own: readonly string[]): unknown[] {
  if (prefix !== '') return [{ prefix: `${prefix}/` }];
  if (own.length === 0) return [{ exists: true }];
  return [{ 'anything-but': { prefix: own.map((each) => `${each}/`) } }];
}
