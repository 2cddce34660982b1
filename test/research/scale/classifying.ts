import { Random } from '../../../models/random';
import { ASSUMED, SET_UP } from './assumed';
import type { Figures } from './figures';
import { turnedAway } from './formulas';
import { PRICES } from './prices';
import { QUOTAS } from './quotas';
import { startTime } from './screening';
import { type Requests, type RequestsResult, simulateRequests } from './simulate-requests';

/** Requests that a simulation takes at least, and at most. */
const [LEAST, MOST] = [20_000, 300_000];
/** The share of requests that may be turned away. */
const TOLERATED = 0.001;

/** Requests a second: what an hour of them costs, and what they take. */
export interface ClassifyingCost {
  readonly usdMillion: number;
  readonly usdHour: number;
  /** Instances that are busy on average, and that turn away at most a thousandth. */
  readonly busy: number;
  readonly instances: number;
  /** What the quota of instances must be: ten calls a second each, however short they are. */
  readonly quota: number;
  readonly simulated: RequestsResult;
}

/** @param rate requests a second, each of one image */
export function classifying(rate: number, figures: Figures): ClassifyingCost {
  const time = figures.request * ASSUMED.slower;
  const busy = rate * time;
  const instances = enough(busy);
  const billed = time * SET_UP.gigabytes * PRICES.lambdaGbSecond.usd;
  const logs = (ASSUMED.logBytes / 1e9) * PRICES.logGb.usd;
  const each = billed + PRICES.lambdaRequest.usd + PRICES.httpApiRequest.usd + logs;
  const perInstance = QUOTAS.lambdaRequests.most / QUOTAS.concurrency.most;
  return {
    usdMillion: 1e6 * each,
    usdHour: 3600 * rate * each,
    busy,
    instances,
    quota: Math.max(instances, Math.ceil(rate / perInstance)),
    simulated: simulateRequests(requestsOf(rate, figures, instances), new Random(1, 'classify')),
  };
}

/** What simulates that. */
export function requestsOf(rate: number, figures: Figures, instances: number): Requests {
  return {
    rate,
    // Ten minutes, where that is not too many.
    count: Math.max(LEAST, Math.min(MOST, 600 * rate)),
    instances,
    time: figures.request * ASSUMED.slower,
    exponential: false,
    start: startTime(figures),
    keep: ASSUMED.keep,
    waits: false,
  };
}

/** The least number of instances that turns away at most a thousandth. */
export function enough(load: number): number {
  let instances = Math.max(1, Math.ceil(load));
  while (turnedAway(load, instances) > TOLERATED) instances++;
  return instances;
}
