import { Timeline } from './events';

export interface Backlog {
  readonly images: number;
  /** Images that one call takes. */
  readonly batch: number;
  readonly secondsEach: number;
  /** Seconds of a call beside its images. */
  readonly secondsCall: number;
  readonly start: number;
  /** Instances at once, at the beginning, at most, and how many more each minute. */
  readonly instances: { readonly first: number; readonly most: number; readonly perMinute: number };
}

export interface BacklogResult {
  /** Seconds until the last image is done. */
  readonly seconds: number;
  readonly calls: number;
  /** Seconds of instances that are paid for. */
  readonly billed: number;
}

/** Uploads that wait in a queue, taken in batches by instances of which there are more each minute, as Lambda's poller has it. */
export function simulateBacklog(what: Backlog): BacklogResult {
  const { images, batch, secondsEach, secondsCall, start, instances } = what;
  const timeline = new Timeline<'free' | 'more'>();
  let [left, calls, billed, have, end] = [images, 0, 0, 0, 0];

  const take = (starting: number) => {
    if (left <= 0) return;
    const mine = Math.min(batch, left);
    left -= mine;
    calls++;
    const time = starting + secondsCall + mine * secondsEach;
    billed += time;
    end = Math.max(end, timeline.now + time);
    timeline.add(timeline.now + time, 'free');
  };
  const grow = (by: number) => {
    for (const to = Math.min(instances.most, have + by); have < to; have++) take(start);
    if (have < instances.most && left > 0) timeline.add(timeline.now + 60, 'more');
  };
  grow(instances.first);
  for (let event = timeline.next(); event; event = timeline.next()) {
    if (event === 'free') take(0);
    else grow(instances.perMinute);
  }
  return { seconds: end, calls, billed };
}
