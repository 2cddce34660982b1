import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { explain } from './iam';

/** How every queue is kept: encrypted, and asked over TLS alone. */
export const QUEUE = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };

/** A queue for what went nowhere else: it stays there for two weeks. */
export function lastQueue(scope: Construct, id: string, removalPolicy: RemovalPolicy): Queue {
  const queue = new Queue(scope, id, { ...QUEUE, removalPolicy, retentionPeriod: Duration.days(14) });
  explain(queue, 'SQS3', 'It is where dead letters go.');
  return queue;
}
