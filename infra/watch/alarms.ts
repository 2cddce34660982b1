import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { GoodNetEndpoint } from '../endpoint';
import type { GoodNetRepair } from '../repair';
import type { GoodNetScreening } from '../screening';
import { failures, flaggedOverAlpha, noMachines } from './metrics';

const FIVE_MINUTES = Duration.minutes(5);
/** Shares need many images; a quarter of a day finds a drift while it is new. */
const RATE_PERIOD = Duration.hours(6);
const ADVICE = 'What to do: docs/operations.md, "Alarms".';

type Watched = ({ readonly above: number } | { readonly below: number }) & {
  readonly metric: IMetric;
  /** Periods in a row. */
  readonly periods?: number;
  readonly says: string;
};

function alarm(scope: Construct, id: string, { metric, periods = 1, says, ...limit }: Watched): Alarm {
  return new Alarm(scope, id, {
    metric,
    threshold: 'above' in limit ? limit.above : limit.below,
    evaluationPeriods: periods,
    comparisonOperator:
      'above' in limit ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${says} ${ADVICE}`,
  });
}

/** Errors, and answers that take long. */
export function endpointAlarms(scope: Construct, { classifier, api, service }: GoodNetEndpoint): Alarm[] {
  const { alias } = classifier;
  const period = FIVE_MINUTES;
  const counted = [alias.metricErrors({ period }), ...(api ? [api.metricServerError({ period })] : [])];
  return [
    alarm(scope, 'EndpointErrors', {
      metric: failures('Errors', service, counted, period),
      above: 0,
      says: 'The endpoint has failed to answer, or answered with 5xx: an error of its own, not of a caller.',
    }),
    alarm(scope, 'EndpointThrottled', {
      metric: alias.metricThrottles({ period: FIVE_MINUTES }),
      above: 0,
      says: 'Requests were turned away: Lambda had no more instances.',
    }),
    alarm(scope, 'EndpointSlow', {
      metric: alias.metricDuration({ period: FIVE_MINUTES, statistic: 'p99' }),
      above: 3000,
      periods: 3,
      says: 'One answer of a hundred takes over 3 seconds, for a quarter of an hour.',
    }),
  ];
}

/** Uploads that wait, and objects that fail or were given up on. */
export function screeningAlarms(scope: Construct, screening: GoodNetScreening): Alarm[] {
  const { queue, deadLetters, undelivered, worker, batches, backfill, service } = screening;
  const period = FIVE_MINUTES;
  const filling = [batches.function.metricErrors({ period }), backfill.metricFailed({ period })];
  return [
    alarm(scope, 'UploadsWait', {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES }),
      above: 900,
      periods: 3,
      says: 'An upload has waited for over a quarter of an hour.',
    }),
    alarm(scope, 'DeadLetters', {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES }),
      above: 0,
      says: 'Uploads could not be screened in five tries.',
    }),
    alarm(scope, 'Undelivered', {
      metric: undelivered.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES }),
      above: 0,
      says: 'EventBridge could not bring uploads into the queue.',
    }),
    alarm(scope, 'ScreeningErrors', {
      metric: failures('ScreeningErrors', service, [worker.function.metricErrors({ period })], period),
      above: 0,
      periods: 3,
      says: 'Screening fails, for a quarter of an hour.',
    }),
    alarm(scope, 'BackfillErrors', {
      metric: failures('BackfillErrors', service, filling, period),
      above: 0,
      says: 'A backfill could not screen everything: objects failed in all tries, a batch did, or all of it.',
    }),
  ];
}

/** A share of flagged images that is not what was calibrated: an attack, other cameras, or a bundle that is not right. */
export function rateAlarms(scope: Construct, alpha: number, services: readonly string[]): Alarm[] {
  const metric = flaggedOverAlpha(alpha, services, RATE_PERIOD);
  return [
    alarm(scope, 'FlaggedMany', {
      metric,
      above: 3,
      says: 'Over three times as many images are flagged as clean ones would be.',
    }),
    alarm(scope, 'FlaggedFew', {
      metric,
      below: 1 / 3,
      says: 'Under a third as many images are flagged as clean ones would be.',
    }),
  ];
}

/** Jobs that have failed, that could not be started, and for which there is no machine. */
export function repairAlarms(scope: Construct, repair: GoodNetRepair): Alarm[] {
  const { workflow, notStarted, service } = repair;
  const period = FIVE_MINUTES;
  const failed = workflow.metricFailed({ period });
  const timedOut = workflow.metricTimedOut({ period });
  return [
    alarm(scope, 'RepairFailed', { metric: failed, above: 0, says: 'A repair job has failed for good.' }),
    alarm(scope, 'RepairBlocked', {
      metric: noMachines(service, FIVE_MINUTES),
      above: 0,
      says: 'Quota or capacity: no GPU machine could be had for a repair, on spot or at full price.',
    }),
    ...(notStarted
      ? [
          alarm(scope, 'RepairNotStarted', {
            metric: notStarted.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES }),
            above: 0,
            says: 'A job file was uploaded, and its job could not be started.',
          }),
        ]
      : []),
    alarm(scope, 'RepairTimedOut', { metric: timedOut, above: 0, says: 'A repair job took over a week.' }),
  ];
}
