import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { logBucket, privateBucket } from './buckets';
import type { StoreLocation } from './store';

export interface GoodNetArtifactsProps {
  /** The bucket's name; by default CloudFormation makes one up. */
  readonly bucketName?: string;
  /** Who signs bundles: a key in KMS (about a dollar a month), or nobody. Default `kms`. */
  readonly signing?: 'kms' | 'none';
  /** For how long something that was overwritten or deleted can be had back. Default 90 days. */
  readonly keepOldVersions?: Duration;
  /** What becomes of the buckets and the key when the stack is deleted. Default: they stay. */
  readonly removalPolicy?: RemovalPolicy;
}

/** The prefixes of the artifacts bucket. */
export const PREFIXES = {
  /** Nets and clean images that wait to be repaired, each job in a folder of its own. */
  inbox: 'inbox',
  /** The store of bundles. */
  models: 'models',
  /** What each job has done so far, and its reports. */
  jobs: 'jobs',
} as const;

/**
 * Where nets, jobs and bundles are kept: a private, versioned, encrypted bucket, and a KMS key (Ed25519) that signs
 * bundles.
 *
 * @example
 * const artifacts = new GoodNetArtifacts(this, 'Artifacts');
 * new GoodNetEndpoint(this, 'Endpoint', { store: artifacts.store });
 */
export class GoodNetArtifacts extends Construct {
  readonly bucket: Bucket;
  readonly accessLogs: Bucket;
  readonly signingKey: Key | undefined;
  readonly store: StoreLocation;

  constructor(scope: Construct, id: string, props: GoodNetArtifactsProps = {}) {
    super(scope, id);
    const { signing = 'kms', keepOldVersions = Duration.days(90), bucketName } = props;
    const { removalPolicy = RemovalPolicy.RETAIN } = props;
    this.accessLogs = logBucket(this, removalPolicy);
    this.bucket = privateBucket(this, 'Bucket', {
      bucketName,
      removalPolicy,
      logs: this.accessLogs,
      lifecycleRules: [{ noncurrentVersionExpiration: keepOldVersions }],
    });
    if (signing === 'kms') {
      this.signingKey = new Key(this, 'SigningKey', {
        description: 'Signs the manifests of GoodNet bundles',
        keySpec: KeySpec.ECC_NIST_EDWARDS25519,
        keyUsage: KeyUsage.SIGN_VERIFY,
        removalPolicy,
        pendingWindow: Duration.days(30),
      });
    }
    const trustedKeys = this.signingKey && [this.signingKey];
    this.store = { bucket: this.bucket, prefix: PREFIXES.models, trustedKeys };
  }
}
