import { CfnOutput } from 'aws-cdk-lib';
import { ManagedPolicy, type Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PREFIXES } from '../artifacts';
import { allow } from '../iam';
import { allowListing, type StoreLocation } from '../store';

/** Where it is kept what people have released: beside the bundles, where who uploads can't write. */
export function releasesUrl({ bucket }: StoreLocation): string {
  return `s3://${bucket.bucketName}/${PREFIXES.released}`;
}

/** Lets a role look whether somebody has released a file. */
export function allowReadingReleases({ bucket }: StoreLocation, role: Role): void {
  allow(role, {
    sid: 'ReadReleases',
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects(`${PREFIXES.released}/*`)],
    because: 'A release is named by the digest of what was released, which is not known beforehand.',
  });
  allowListing(bucket, PREFIXES.released, role);
}

/** What those may do who release false alarms, attached to nobody; and the line that does it. */
export function releasers(
  scope: Construct,
  {
    store,
    uploads,
    prefix,
    quarantine,
  }: { store: StoreLocation; uploads: IBucket; prefix: string; quarantine: string },
): ManagedPolicy {
  const policy = new ManagedPolicy(scope, 'Releasers', {
    description: 'Releases pictures from the quarantine of GoodNet, which is put on record',
  });
  const below = (of: string) => uploads.arnForObjects(of === '' ? '*' : `${of}/*`);
  const because =
    'Pictures have names that are not known beforehand: the quarantine, what is screened, the record, and no more.';
  allow(policy, {
    sid: 'TakeFromQuarantine',
    actions: [
      's3:GetObject',
      's3:GetObjectVersion',
      's3:GetObjectTagging',
      's3:DeleteObject',
      's3:DeleteObjectVersion',
    ],
    resources: [below(quarantine)],
    because,
  });
  allow(policy, {
    sid: 'PutBack',
    actions: ['s3:PutObject', 's3:PutObjectTagging'],
    resources: [below(prefix)],
    because,
  });
  allow(policy, {
    sid: 'PutOnRecord',
    actions: ['s3:PutObject'],
    resources: [store.bucket.arnForObjects(`${PREFIXES.released}/*`)],
    because,
  });
  new CfnOutput(scope, 'Release', {
    description: 'Lets a picture go that was flagged wrongly; KEY is what its result tells as movedTo',
    value: `npx goodnet release s3://${uploads.bucketName}/KEY --quarantine ${quarantine} --record ${releasesUrl(store)}`,
  });
  new CfnOutput(scope, 'ReleasersPolicy', {
    description: 'The policy to attach to those who release pictures from the quarantine',
    value: policy.managedPolicyArn,
  });
  return policy;
}
