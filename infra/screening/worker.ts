import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { allow } from '../iam';
import { functionCode } from '../lambda/code';
import { storeEnvironment } from '../lambda/environment';
import { roleWithLogs } from '../lambda/role';
import { allowListing, allowReading, type StoreLocation } from '../store';
import { BACKFILL_PREFIX } from './backfill';
import type { ChosenRecords } from './records';
import { allowReadingReleases, releasesUrl } from './releases';

export interface ScreeningFunctionProps {
  readonly handler: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly store: StoreLocation;
  readonly uploads: IBucket;
  readonly prefix: string;
  readonly records: ChosenRecords;
  readonly model: string | undefined;
  readonly audit: boolean;
  readonly service: string;
  readonly removalPolicy: RemovalPolicy;
}

/** Megabytes: one processor, and more than a batch of the worst images that are taken needs. */
export const SCREENING_MEMORY = 1769;

/** A function that screens objects of the uploads bucket, and may do there what its records need, no more. */
export class ScreeningFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ScreeningFunctionProps) {
    super(scope, id);
    const { handler, description, timeout, store, uploads, records, model, audit, removalPolicy } = props;
    const { role, logGroup } = roleWithLogs(this, removalPolicy);
    allowReading(store, role);
    allowReadingReleases(store, role);
    allowScreening(role, props);
    this.role = role;
    this.function = new LambdaFunction(this, 'Function', {
      role,
      logGroup,
      description,
      timeout,
      handler,
      memorySize: SCREENING_MEMORY,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: functionCode(this, 'arm64'),
      environment: {
        ...storeEnvironment(store, audit, props.service),
        ...(model !== undefined && { GOODNET_MODEL: model }),
        ...(records.tags && { GOODNET_TAGS: 'true' }),
        GOODNET_UPLOADS_BUCKET: uploads.bucketName,
        ...(records.results && { GOODNET_RESULTS_PREFIX: `${records.results}/` }),
        ...(records.quarantine && { GOODNET_QUARANTINE_PREFIX: `${records.quarantine}/` }),
        ...(records.events && { GOODNET_EVENTS: 'default' }),
        GOODNET_RELEASED: releasesUrl(store),
        GOODNET_SKIP_PREFIXES: `${BACKFILL_PREFIX}/`,
      },
    });
  }
}

function allowScreening(role: Role, { uploads, prefix, records }: ScreeningFunctionProps): void {
  const objects = uploads.arnForObjects(prefix === '' ? '*' : `${prefix}/*`);
  const because =
    'Uploads have names that are not known beforehand: the prefix that is screened, and no more.';
  allow(role, {
    sid: 'ReadUploads',
    actions: ['s3:GetObject', 's3:GetObjectVersion'],
    resources: [objects],
    because,
  });
  allowListing(uploads, prefix, role);
  if (records.tags) {
    const actions = ['s3:GetObjectTagging', 's3:PutObjectTagging'];
    const ofVersions = ['s3:GetObjectVersionTagging', 's3:PutObjectVersionTagging'];
    allow(role, { sid: 'TagUploads', actions: [...actions, ...ofVersions], resources: [objects], because });
  }
  if (records.results) {
    allow(role, {
      sid: 'WriteResults',
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [uploads.arnForObjects(`${records.results}/*`)],
      because:
        'A result is called as its upload is, which is not known beforehand: the results, and no more.',
    });
  }
  if (records.quarantine) {
    allow(role, {
      sid: 'TakeAwayFlagged',
      actions: [
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:GetObjectTagging',
        's3:GetObjectVersionTagging',
      ],
      resources: [objects],
      because,
    });
    allow(role, {
      sid: 'PutIntoQuarantine',
      actions: ['s3:PutObject', 's3:PutObjectTagging'],
      resources: [uploads.arnForObjects(`${records.quarantine}/*`)],
      because: 'What is moved keeps its name, which is not known beforehand: the quarantine, and no more.',
    });
  }
  if (records.events) {
    const { stack } = role;
    allow(role, {
      sid: 'TellVerdicts',
      actions: ['events:PutEvents'],
      resources: [stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      conditions: { StringEquals: { 'events:source': 'goodnet' } },
    });
  }
  if (uploads.encryptionKey) uploads.encryptionKey.grantEncryptDecrypt(role);
}
