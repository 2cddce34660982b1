import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { logBucket, privateBucket } from '../buckets';
import { allow } from '../iam';
import { HANDLERS } from '../lambda/code';
import type { StoreLocation } from '../store';
import { BACKFILL_PREFIX, BACKFILL_WITHIN, backfill } from './backfill';
import { guardReads } from './guard';
import { aroundOwn, inScreened } from './prefix-overlap';
import { uploadQueue } from './queue';
import { chosenRecords, type Records } from './records';
import { releasers } from './releases';
import { ScreeningFunction } from './worker';

export type { Records } from './records';

export interface GoodNetScreeningProps {
  /** Where the bundles are. */
  readonly store: StoreLocation;
  /** The bucket that is screened, which must tell EventBridge of its objects. Default: a new one. */
  readonly uploads?: IBucket;
  /** Only keys below this prefix are screened. Default `uploads`; with an existing bucket, all of it. */
  readonly prefix?: string;
  /** The model, where the store holds several. */
  readonly model?: string;
  /** How verdicts are written down. Default: tags, and JSON under `results`. */
  readonly records?: Records;
  /** Functions that screen uploads at once. Default 10. */
  readonly concurrency?: number;
  /** Functions that a backfill runs at once. Default 50. */
  readonly backfillConcurrency?: number;
  /** Whether the logs have a line of each image: digest and verdict, nothing of its content. Default: no. */
  readonly audit?: boolean;
  /** What metrics are told from other deployments' by: their dimension `service`. Default: the stack's name. */
  readonly service?: string;
  /** Whether the bucket refuses to hand out uploads that are flagged, or not yet screened. Default: no. */
  readonly guardReads?: boolean;
  /** What becomes of buckets, queues and logs when the stack is deleted. Default: they stay. */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A verdict for each object that comes into a bucket, and for those that are there already.
 *
 * @example
 * new GoodNetScreening(this, 'Screening', { store: artifacts.store, records: { quarantine: 'quarantine' } });
 */
export class GoodNetScreening extends Construct {
  /** The dimension `service` of its metrics. */
  readonly service: string;
  readonly uploads: IBucket;
  readonly queue: Queue;
  /** Uploads that could not be screened in five tries. */
  readonly deadLetters: Queue;
  /** Uploads that EventBridge could not bring into the queue. */
  readonly undelivered: Queue;
  readonly worker: ScreeningFunction;
  /** Screens what a backfill hands over. */
  readonly batches: ScreeningFunction;
  readonly backfill: StateMachine;

  constructor(scope: Construct, id: string, props: GoodNetScreeningProps) {
    super(scope, id);
    const {
      store,
      removalPolicy = RemovalPolicy.RETAIN,
      concurrency = 10,
      backfillConcurrency = 50,
      model,
      audit = false,
    } = props;
    this.service = props.service ?? Stack.of(this).stackName;
    const records = chosenRecords(props.records);
    this.uploads = props.uploads ?? newBucket(this, removalPolicy);
    const prefix = props.prefix ?? (props.uploads ? '' : 'uploads');
    const own = [records.results, records.quarantine, BACKFILL_PREFIX].filter((each) => each !== undefined);
    apart(prefix, own);
    const timeout = Duration.seconds(60);
    const shared = {
      store,
      uploads: this.uploads,
      prefix,
      records,
      model,
      audit,
      service: this.service,
      removalPolicy,
    };
    const { queue, deadLetters, undelivered } = uploadQueue(this, {
      uploads: this.uploads,
      prefix,
      own,
      timeout,
      removalPolicy,
    });
    this.queue = queue;
    this.deadLetters = deadLetters;
    this.undelivered = undelivered;
    this.worker = new ScreeningFunction(this, 'OnEvents', {
      ...shared,
      handler: HANDLERS.screening,
      description: 'GoodNet: screens new uploads',
      timeout,
    });
    // What can't be screened yet, because there is no model, is put back to come later.
    this.worker.function.addEnvironment('GOODNET_UPLOADS_QUEUE', queue.queueUrl);
    allow(this.worker.role, {
      sid: 'TryLater',
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
    });
    this.worker.function.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 10,
        reportBatchItemFailures: true,
        maxConcurrency: concurrency,
      }),
    );
    this.batches = new ScreeningFunction(this, 'OnBatches', {
      ...shared,
      handler: HANDLERS.backfill,
      description: 'GoodNet: screens what was uploaded before',
      timeout: Duration.seconds(BACKFILL_WITHIN),
    });
    if (props.guardReads) {
      if (!records.tags)
        throw new Error('GoodNetScreening: guardReads goes by tags. Take records.tags, too.');
      if (prefix === '')
        throw new Error(
          'GoodNetScreening: guardReads of a whole bucket would lock results and backfills, too. Take a prefix.',
        );
      const prefixes = [prefix, ...(records.quarantine ? [records.quarantine] : [])];
      guardReads(this.uploads, [this.worker.role, this.batches.role], prefixes);
    }
    this.backfill = backfill(this, {
      uploads: this.uploads,
      prefix,
      screen: this.batches.function,
      concurrency: backfillConcurrency,
      removalPolicy,
    });
    if (records.quarantine)
      releasers(this, { store, uploads: this.uploads, prefix, quarantine: records.quarantine });
    this.tell(prefix, props.uploads !== undefined);
  }

  private tell(prefix: string, isExisting: boolean): void {
    const { bucketName } = this.uploads;
    const below = prefix === '' ? '' : `${prefix}/`;
    new CfnOutput(this, 'TryIt', { value: `aws s3 cp face.png s3://${bucketName}/${below}face.png` });
    new CfnOutput(this, 'StartBackfill', {
      value: `aws stepfunctions start-execution --state-machine-arn ${this.backfill.stateMachineArn} --input '{"prefix":""}'`,
    });
    new CfnOutput(this, 'SendDeadLettersBack', {
      description: 'Has what failed five times screened again, once what was wrong is mended',
      value: `aws sqs start-message-move-task --source-arn ${this.deadLetters.queueArn}`,
    });
    new CfnOutput(this, 'LookAtUndelivered', {
      description: 'What EventBridge could not bring into the queue: a backfill makes up for it',
      value: `aws sqs receive-message --max-number-of-messages 10 --queue-url ${this.undelivered.queueUrl}`,
    });
    if (!isExisting) return;
    new CfnOutput(this, 'TellEventBridge', {
      description:
        'Once, if the bucket does not do so yet. It replaces the notifications that the bucket has.',
      value: `aws s3api put-bucket-notification-configuration --bucket ${bucketName} --notification-configuration '{"EventBridgeConfiguration":{}}'`,
    });
  }
}

/** @throws Error where what is screened would hold what screening writes, or the other way round */
function apart(prefix: string, own: readonly string[]): void {
  if (prefix === '') return;
  const written = inScreened(prefix, own);
  if (written !== undefined) {
    throw new Error(
      `GoodNetScreening: results and quarantine must lie outside of "${prefix}", or they are screened; "${written}" does not.`,
    );
  }
  const around = aroundOwn(prefix, own);
  if (around === undefined) return;
  throw new Error(
    `GoodNetScreening: "${prefix}" lies in "${around}", where screening writes itself: nothing there would be screened. Take another prefix.`,
  );
}

function newBucket(scope: Construct, removalPolicy: RemovalPolicy): IBucket {
  return privateBucket(scope, 'Bucket', {
    removalPolicy,
    logs: logBucket(scope, removalPolicy),
    lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(90) }],
  });
}
