import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { GoodNetEndpoint } from '../endpoint';
import type { GoodNetRepair } from '../repair';
import type { GoodNetScreening } from '../screening';
import { flaggedRate, images } from './metrics';

export interface Shown {
  readonly endpoint: GoodNetEndpoint | undefined;
  readonly screening: GoodNetScreening | undefined;
  readonly repair: GoodNetRepair | undefined;
  readonly alpha: number;
  /** The deployments that count images: one, unless endpoint and screening are told apart. */
  readonly services: readonly string[];
  readonly alarms: readonly Alarm[];
}

const HOUR = Duration.hours(1);
const WIDTH = 8;

/** The dashboard's rows: alarms, what was said, the endpoint, the queue, the repairs. */
export function widgets({ endpoint, screening, repair, alpha, services, alarms }: Shown): IWidget[][] {
  const counted = services.flatMap((service) => [
    images('Clean', service, HOUR),
    images('Flagged', service, HOUR),
  ]);
  const said =
    services.length === 0
      ? []
      : [
          graph('Images', counted),
          new GraphWidget({
            title: 'Share flagged',
            width: WIDTH,
            left: [flaggedRate(services, HOUR)],
            leftAnnotations: [{ value: alpha, label: 'α' }],
          }),
        ];
  return [
    [new AlarmStatusWidget({ title: 'Alarms', width: 24, alarms: [...alarms] })],
    ...(said.length > 0 ? [said] : []),
    ...(endpoint ? [endpointRow(endpoint)] : []),
    ...(screening ? [screeningRow(screening)] : []),
    ...(repair ? [repairRow(repair)] : []),
  ];
}

function endpointRow({ classifier, api }: GoodNetEndpoint): IWidget[] {
  const { alias } = classifier;
  const times = ['p50', 'p99'].map((statistic) => alias.metricDuration({ statistic, label: statistic }));
  return [
    graph('Endpoint: calls', [alias.metricInvocations(), alias.metricErrors(), alias.metricThrottles()]),
    graph('Endpoint: milliseconds', times),
    ...(api
      ? [graph('Endpoint: answers of 4xx and 5xx', [api.metricClientError(), api.metricServerError()])]
      : []),
  ];
}

function screeningRow({ queue, deadLetters, worker }: GoodNetScreening): IWidget[] {
  return [
    graph('Uploads: waiting', [
      queue.metricApproximateNumberOfMessagesVisible(),
      deadLetters.metricApproximateNumberOfMessagesVisible(),
    ]),
    graph('Uploads: oldest, in seconds', [queue.metricApproximateAgeOfOldestMessage()]),
    graph('Uploads: calls', [worker.function.metricInvocations(), worker.function.metricErrors()]),
  ];
}

function repairRow({ workflow }: GoodNetRepair): IWidget[] {
  return [
    graph('Repairs', [workflow.metricStarted(), workflow.metricSucceeded(), workflow.metricFailed()]),
    graph('Repairs: milliseconds', [workflow.metricTime()]),
  ];
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: WIDTH });
}
