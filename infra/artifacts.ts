import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { logBucket, privateBucket } from './buckets';
import { allowPublishing, type StoreLocation, storeUrl } from './store';

export interface GoodNetArtifactsProps {
  /** The bucket's name; by default CloudFormation makes one up. */
  readonly bucketName?: string;
  /** Who signs bundles: a key in KMS (about a dollar a month), or nobody. Default `kms`. */
  readonly signing?: 'kms' | 'none';
  /** An Ed25519 key in KMS that signs from now on. Default: a new one. */
  readonly signingKey?: IKey;
  /** Keys whose signatures are believed, too, such as the one before. */
  readonly trustedKeys?: readonly IKey[];
  /** The least serial that what is current may have, as goodnet activate prints it: those who start cold have seen none before. */
  readonly leastSerial?: number;
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
  /** Bundles that jobs have made, unsigned, before they are published. */
  made: 'made',
  /** What people have released that screening had flagged. */
  released: 'released',
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
  readonly signingKey: IKey | undefined;
  readonly store: StoreLocation;
  /** What those may do who publish, activate and roll back; attached to nobody. */
  readonly publishers: ManagedPolicy;

  constructor(scope: Construct, id: string, props: GoodNetArtifactsProps = {}) {
    super(scope, id);
    const { signing = 'kms', keepOldVersions = Duration.days(90), bucketName } = props;
    const { removalPolicy = RemovalPolicy.RETAIN } = props;
    this.accessLogs = logBucket(this, removalPolicy);
    this.bucket = privateBucket(this, 'Bucket', {
      bucketName,
      removalPolicy,
      logs: this.accessLogs,
      lifecycleRules: [
        { noncurrentVersionExpiration: keepOldVersions },
        // Published, or not wanted, by then.
        { prefix: `${PREFIXES.made}/`, expiration: Duration.days(30) },
      ],
    });
    if (signing === 'none' && (props.signingKey || props.trustedKeys?.length)) {
      throw new Error("GoodNetArtifacts: keys are given, but signing is 'none'. Leave one of them out.");
    }
    if (signing === 'kms') this.signingKey = props.signingKey ?? newKey(this, removalPolicy);
    const trustedKeys = this.signingKey && [this.signingKey, ...(props.trustedKeys ?? [])];
    const { signingKey } = this;
    const { leastSerial } = props;
    this.store = { bucket: this.bucket, prefix: PREFIXES.models, trustedKeys, signingKey, leastSerial };
    this.publishers = new ManagedPolicy(this, 'Publishers', {
      description: 'Publishes GoodNet bundles, makes one the current one, goes back, and signs all that',
    });
    allowPublishing(this.store, this.publishers);
    const sign = this.signingKey ? ` --sign ${this.signingKey.keyArn}` : '';
    new CfnOutput(this, 'Publish', {
      description: 'Puts a bundle into the store, where the endpoint and the screening take it up',
      value: `npx goodnet publish BUNDLE --to ${storeUrl(this.store)}/NAME${sign} --activate`,
    });
    new CfnOutput(this, 'PublishersPolicy', {
      description: 'The policy to attach to those who publish bundles, activate them, and roll back',
      value: this.publishers.managedPolicyArn,
    });
  }
}

function newKey(scope: Construct, removalPolicy: RemovalPolicy): Key {
  return new Key(scope, 'SigningKey', {
    description: 'Signs the manifests of GoodNet bundles',
    keySpec: KeySpec.ECC_NIST_EDWARDS25519,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy,
    pendingWindow: Duration.days(30),
  });
}
