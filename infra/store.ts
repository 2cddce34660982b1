import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { type Allowee, allow } from './iam';

/** A store of bundles in S3: where it is, and whose signatures it is trusted by. */
export interface StoreLocation {
  readonly bucket: IBucket;
  /** The store's keys begin with this and a slash; without a slash itself at either end. */
  readonly prefix: string;
  /** The KMS keys that bundles may be signed with; where there are none, signatures are not asked for. */
  readonly trustedKeys?: readonly IKey[];
  /** The key that those sign with who may publish. */
  readonly signingKey?: IKey;
  /** What counts as seen of what is current, for those who start cold; see docs/security.md. Default: nothing. */
  readonly leastSerial?: number;
}

/** `s3://bucket/prefix`, as the command line and the functions take it. */
export function storeUrl({ bucket, prefix }: StoreLocation): string {
  return `s3://${bucket.bucketName}/${prefix}`;
}

/** Lets a role read the store's bundles, and nothing else of the bucket. */
export function allowReading(store: StoreLocation, role: Allowee): void {
  const { bucket, prefix, trustedKeys = [] } = store;
  allow(role, {
    sid: 'ReadBundles',
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects(`${prefix}/*`)],
    because: 'A store holds bundles whose names are not known beforehand: all of its prefix, and no other.',
  });
  allowListing(bucket, prefix, role);
  bucket.encryptionKey?.grantDecrypt(role);
  if (trustedKeys.length > 0) {
    allow(role, {
      sid: 'AskForTheKeysThatAreTrusted',
      actions: ['kms:GetPublicKey'],
      resources: trustedKeys.map(({ keyArn }) => keyArn),
    });
  }
}

/** Lets a role put bundles into the store, make one the current one, and sign both. It can't delete any. */
export function allowPublishing(store: StoreLocation, role: Allowee): void {
  const { bucket, prefix, signingKey } = store;
  allowReading(store, role);
  allow(role, {
    sid: 'WriteBundles',
    actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
    resources: [bucket.arnForObjects(`${prefix}/*`)],
    because:
      'A bundle is named by its content, so that its keys are not known beforehand: all of the store, no more.',
  });
  bucket.encryptionKey?.grantEncrypt(role);
  if (signingKey) {
    allow(role, { sid: 'SignBundles', actions: ['kms:Sign'], resources: [signingKey.keyArn] });
  }
}

/**
 * Lets a role list one prefix of a bucket. Reading a key that is not there carries no prefix, and to those who may not
 * list, S3 says that it is forbidden (403), not that it is missing (404): hence IfExists. It shows names, not contents.
 */
export function allowListing(bucket: IBucket, prefix: string, role: Allowee): void {
  const conditions =
    prefix === '' ? undefined : { StringLikeIfExists: { 's3:prefix': [prefix, `${prefix}/*`] } };
  allow(role, {
    sid: `List${prefix.replace(/[^A-Za-z0-9]/g, '')}`,
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
    conditions,
  });
}
