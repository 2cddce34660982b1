import type { Random } from '../../../models/random';
import { Timeline } from './events';

export interface Requests {
  /** A second; they come at random (Poisson). */
  readonly rate: number;
  readonly count: number;
  /** The most instances at once. */
  readonly instances: number;
  /** Seconds of one request; with `exponential` that is their mean. */
  readonly time: number;
  readonly exponential: boolean;
  /** Seconds that an instance takes to start, and after which an idle one is gone. */
  readonly start: number;
  readonly keep: number;
  /** Whether a request that finds no instance waits; else it is turned away (429). */
  readonly waits: boolean;
}

export interface RequestsResult {
  readonly turnedAway: number;
  readonly meanWait: number;
  /** Share of requests that waited for an instance to start. */
  readonly cold: number;
  /** Seconds from coming in to the answer. */
  readonly p50: number;
  readonly p99: number;
  /** The most instances at once, and seconds that are paid for. */
  readonly mostInstances: number;
  readonly billed: number;
}

type Happening = { readonly kind: 'comes' } | { readonly kind: 'done' };

/** Requests on instances of a function, one at a time on each, as Lambda has them. */
export function simulateRequests(what: Requests, random: Random): RequestsResult {
  const { rate, count, instances, start, keep, waits } = what;
  const timeline = new Timeline<Happening>();
  /** Idle instances, by when they became so; the last one first. */
  const idle: number[] = [];
  const queue: number[] = [];
  const took: number[] = [];
  let [busy, came, away, cold, billed, most, waited] = [0, 0, 0, 0, 0, 0, 0];
  const exponential = (mean: number) => -mean * Math.log(1 - random.uniform());

  const begin = (since: number) => {
    const { now } = timeline;
    while (idle.length > 0 && now - idle[0]! > keep) idle.shift();
    const starting = idle.pop() === undefined ? start : 0;
    if (starting > 0) cold++;
    const time = starting + (what.exponential ? exponential(what.time) : what.time);
    busy++;
    most = Math.max(most, busy + idle.length);
    billed += time;
    waited += now - since;
    took.push(now - since + time);
    timeline.add(now + time, { kind: 'done' });
  };

  timeline.add(exponential(1 / rate), { kind: 'comes' });
  for (let event = timeline.next(); event; event = timeline.next()) {
    const { now } = timeline;
    if (event.kind === 'done') {
      busy--;
      idle.push(now);
      const since = queue.shift();
      if (since !== undefined) begin(since);
      continue;
    }
    if (++came < count) timeline.add(now + exponential(1 / rate), { kind: 'comes' });
    if (busy < instances) begin(now);
    else if (waits) queue.push(now);
    else away++;
  }
  took.sort((a, b) => a - b);
  const quantile = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0;
  return {
    turnedAway: away / count,
    meanWait: waited / took.length,
    cold: cold / took.length,
    p50: quantile(0.5),
    p99: quantile(0.99),
    mostInstances: most,
    billed,
  };
}
