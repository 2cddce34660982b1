import { ASSUMED, SET_UP } from './assumed';
import type { Figures } from './figures';
import { PRICES } from './prices';
import { QUOTAS } from './quotas';
import { type Backlog, type BacklogResult, simulateBacklog } from './simulate-backlog';

/** Calls that are simulated: by then all functions work, and what is left goes on as it goes. */
const SIMULATED = 400_000;

/** Images screened: what it costs, and how long it takes. */
export interface ScreeningCost {
  readonly usd: number;
  /** What of it goes where. */
  readonly parts: Record<'lambda' | 's3' | 'events' | 'logs', number>;
  readonly seconds: number;
}

/** Uploads that come all at once, by events. @param concurrency functions at once */
export function uploads(images: number, figures: Figures, concurrency: number): ScreeningCost {
  const { seconds, calls, billed } = screened(uploadBacklog(images, figures, concurrency));
  // A message is sent; ten are fetched, and deleted, with one request.
  const sqs = images * (1 + 2 / SET_UP.sqsBatch) * PRICES.sqsRequest.usd;
  return costOf(images, { seconds, calls, billed, events: images * PRICES.event.usd + sqs });
}

/** What simulates that. */
export function uploadBacklog(images: number, figures: Figures, concurrency: number): Backlog {
  const { sqsBatch } = SET_UP;
  return {
    ...callTimes(sqsBatch, figures),
    images,
    batch: sqsBatch,
    start: startTime(figures),
    instances: {
      first: Math.min(QUOTAS.sqsFirst.most, concurrency),
      most: concurrency,
      perMinute: QUOTAS.sqsPerMinute.most,
    },
  };
}

/** Images that are there already, by a backfill. */
export function backfill(images: number, figures: Figures, concurrency: number): ScreeningCost {
  const { backfillBatch } = SET_UP;
  const { seconds, calls, billed } = screened({
    ...callTimes(backfillBatch, figures),
    images,
    batch: backfillBatch,
    start: startTime(figures),
    // A Distributed Map starts them as fast as Lambda has them.
    instances: { first: concurrency, most: concurrency, perMinute: 0 },
  });
  const listing = (images / 1000) * PRICES.s3Write.usd;
  // 64 MB is the least that an express workflow is charged.
  const states = calls * PRICES.expressRequest.usd + (billed / 16) * PRICES.expressGbSecond.usd;
  return costOf(images, { seconds, calls, billed, events: listing + states });
}

function screened(backlog: Backlog): BacklogResult {
  const { images, batch, secondsEach, secondsCall, instances } = backlog;
  const first = Math.min(images, SIMULATED * batch);
  const { seconds, calls, billed } = simulateBacklog({ ...backlog, images: first });
  const left = images - first;
  const more = left * secondsEach + Math.ceil(left / batch) * secondsCall;
  return {
    seconds: seconds + more / instances.most,
    calls: calls + Math.ceil(left / batch),
    billed: billed + more,
  };
}

/** Seconds until a new instance can work. */
export function startTime({ start }: Figures): number {
  return ASSUMED.lambdaStart + start * ASSUMED.slower;
}

function callTimes(batch: number, { image }: Figures) {
  const rounds = Math.ceil(batch / SET_UP.atOnce);
  return {
    secondsEach: image * ASSUMED.slower,
    secondsCall: rounds * SET_UP.s3Requests * ASSUMED.s3Seconds,
  };
}

function costOf(
  images: number,
  { seconds, calls, billed, events }: { seconds: number; calls: number; billed: number; events: number },
): ScreeningCost {
  const { s3WritesEach, s3Requests } = SET_UP;
  const parts = {
    lambda: billed * SET_UP.gigabytes * PRICES.lambdaGbSecond.usd + calls * PRICES.lambdaRequest.usd,
    s3: images * (s3WritesEach * PRICES.s3Write.usd + (s3Requests - s3WritesEach) * PRICES.s3Read.usd),
    events,
    logs: ((images * ASSUMED.logBytes) / 1e9) * PRICES.logGb.usd,
  };
  return { usd: Object.values(parts).reduce((sum, each) => sum + each), parts, seconds };
}
