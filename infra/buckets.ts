import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { explain } from './iam';

export interface PrivateBucketProps {
  readonly bucketName?: string;
  readonly removalPolicy: RemovalPolicy;
  /** Where accesses are logged. */
  readonly logs: Bucket;
  readonly lifecycleRules?: LifecycleRule[];
}

const CLOSED = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
};

/** A private, versioned, encrypted bucket that tells EventBridge of new objects and logs who reads it. */
export function privateBucket(scope: Construct, id: string, props: PrivateBucketProps): Bucket {
  const { logs, lifecycleRules = [], ...rest } = props;
  const bucket = new Bucket(scope, id, {
    ...CLOSED,
    ...rest,
    versioned: true,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    serverAccessLogsBucket: logs,
    serverAccessLogsPrefix: `${id.toLowerCase()}/`,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(7) }, ...lifecycleRules],
  });
  // Bucket's own eventBridgeEnabled would take a custom resource.
  (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  return bucket;
}

/** The bucket that access logs go to; they are deleted after a year. */
export function logBucket(scope: Construct, removalPolicy: RemovalPolicy): Bucket {
  const bucket = new Bucket(scope, 'AccessLogs', {
    ...CLOSED,
    removalPolicy,
    lifecycleRules: [{ expiration: Duration.days(365) }],
  });
  explain(
    bucket,
    'S1',
    `It holds the access logs of ${Stack.of(scope).stackName}; its own would log the logging.`,
  );
  return bucket;
}
