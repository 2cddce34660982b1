import { imageSize } from '../models/images/set';
import { first } from '../models/present';
import type { Verdict } from '../models/verdict';
import { ONE_CALLER } from './caller';
import type { Classifier } from './classifier';
import { timed, unwatched, type Watch } from './observe/watch';
import { Problem } from './problem';
import type { BundleThreads } from './threads/pool';

export interface Batching {
  /**
   * How long the first image of a batch waits for others, in milliseconds; by default until all that has arrived is
   * read. More come while the nets are at work.
   */
  readonly windowMs?: number;
  /** Images that the nets take at once. */
  readonly maxBatch?: number;
  /** Images that may wait; beyond it requests are turned away. */
  readonly maxWaiting?: number;
  /** Takes note of how long requests wait, and how long the nets take. */
  readonly watch?: Watch;
  /** Other threads, which take a part of the images while many wait. */
  readonly bundleThreads?: BundleThreads;
}

/** Turns of the event loop from a request's arrival to its image: its head, its body, decoding. */
const EVENT_LOOP_TURNS = 3;

/** Images that are many: other threads take a part of them. */
const MANY = 4;
/** Their part; this thread has requests to read, images to decode and answers to write besides. */
const THEIR_PART = 5 / 8;
/** Images that this thread takes at once while others do, to hand them more soon. */
const OWN_BATCH = 16;
/**
 * Images of one caller in a batch: others that come meanwhile wait for no more of its images. Suspicious ones, which are asked
 * further, take some ten times as long as clean ones (with 1,283 classes, 64 of them over a second).
 */
const ONE_CALLER_BATCH = 16;

type Together = (pixels: Uint8Array | Float32Array, count: number, top: number) => Promise<Verdict[]>;

interface Waiting {
  readonly pixels: Uint8Array | Float32Array;
  readonly count: number;
  readonly top: number;
  readonly caller: string | undefined;
  readonly since: number;
  readonly resolve: (verdicts: Verdict[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The same classifier, with the images of requests that come within a few milliseconds run through the nets together.
 * @throws from `classify`: Problem `overloaded` where too many wait
 */
export function batched(classifier: Classifier, options: Batching = {}): Classifier {
  const { windowMs = 0, maxBatch = 64, maxWaiting = 704, watch = unwatched, bundleThreads } = options;
  const size = imageSize(classifier.input);
  let waiting: Waiting[] = [];
  let images = 0;
  let isRunning = false;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      await othersRead();
      const isHelped = handOut();
      if (waiting.length > 0) await answer(takeBatch(isHelped ? OWN_BATCH : maxBatch), classifier.classify);
    }
    isRunning = false;
  }

  /** Gives a part of many images to other threads. @returns whether there are any that help */
  function handOut(): boolean {
    if (!bundleThreads || images < MANY) return false;
    bundleThreads.warm();
    const free = bundleThreads.free();
    const each = Math.min(maxBatch, Math.ceil((images * THEIR_PART) / Math.max(1, free)));
    for (let thread = 0; thread < free && waiting.length > 1; thread++) {
      void answer(takeBatch(each), (pixels, count, top) =>
        bundleThreads.classify(pixels, count, top).catch(() => classifier.classify(pixels, count, top)),
      );
    }
    return free > 0 || bundleThreads.isBusy();
  }

  async function answer(batch: readonly Waiting[], classify: Together): Promise<void> {
    try {
      const now = performance.now();
      for (const { since } of batch) watch.stage('queue', (now - since) / 1000);
      const verdicts = await timed(watch, 'nets', () => classifyTogether(batch, classify));
      let start = 0;
      for (const { count, top, resolve } of batch) {
        resolve(verdicts.slice(start, start + count).map((verdict) => cut(verdict, top)));
        start += count;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** Of what waits the first, callers taking turns, and none of them more than its part; what is larger goes alone. */
  function takeBatch(most: number): Waiting[] {
    waiting = roundRobin(waiting);
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    let taken = 0;
    for (const each of waiting) {
      const own = each.caller === undefined ? 0 : imagesOf(batch, each.caller);
      const fits = taken + each.count <= most && own + each.count <= (own > 0 ? ONE_CALLER_BATCH : most);
      if (batch.length === 0 || fits) {
        batch.push(each);
        taken += each.count;
      } else left.push(each);
    }
    waiting = left;
    images -= taken;
    return batch;
  }

  function classifyTogether(batch: readonly Waiting[], classify: Together): Promise<Verdict[]> {
    const count = batch.reduce((sum, each) => sum + each.count, 0);
    const top = Math.max(...batch.map((each) => each.top));
    if (batch.length === 1) return classify(first(batch).pixels, count, top);
    const isBytes = batch.every(({ pixels }) => pixels instanceof Uint8Array);
    const all = isBytes ? new Uint8Array(count * size) : new Float32Array(count * size);
    let start = 0;
    for (const { pixels } of batch) {
      all.set(pixels, start);
      start += pixels.length;
    }
    return classify(all, count, top);
  }

  return {
    ...classifier,
    classify(pixels, count, top = 0, caller) {
      const own = caller === undefined ? 0 : imagesOf(waiting, caller);
      // A first request is taken, however many images it has.
      const areTooMany = images > 0 && images + count > maxWaiting;
      const areTooManyOfOne = own > 0 && own + count > maxWaiting * ONE_CALLER;
      if (areTooMany || areTooManyOfOne) {
        return Promise.reject(
          new Problem('overloaded', 'Too many images wait; try again in a second.', { 'Retry-After': '1' }),
        );
      }
      if (caller === undefined || count <= ONE_CALLER_BATCH) return wait(pixels, count, top, caller);
      const portions: Promise<Verdict[]>[] = [];
      for (let start = 0; start < count; start += ONE_CALLER_BATCH) {
        const end = Math.min(start + ONE_CALLER_BATCH, count);
        portions.push(wait(pixels.slice(start * size, end * size), end - start, top, caller));
      }
      return Promise.all(portions).then((verdicts) => verdicts.flat());
    },
  };

  function wait(pixels: Waiting['pixels'], count: number, top: number, caller: string | undefined) {
    return new Promise<Verdict[]>((resolve, reject) => {
      waiting.push({ pixels, count, top, caller, since: performance.now(), resolve, reject });
      images += count;
      if (isRunning) return;
      isRunning = true;
      if (windowMs > 0) setTimeout(() => void run(), windowMs);
      else void run();
    });
  }
}

function imagesOf(waiting: readonly Waiting[], caller: string): number {
  return waiting.reduce((sum, each) => sum + (each.caller === caller ? each.count : 0), 0);
}

/** Each caller's first before any caller's second, and so on; else as they came. */
function roundRobin(waiting: readonly Waiting[]): Waiting[] {
  const counts = new Map<string | undefined, number>();
  const ordered = waiting.map((each) => {
    const turn = counts.get(each.caller) ?? 0;
    counts.set(each.caller, turn + 1);
    return { each, turn };
  });
  if (counts.size <= 1) return [...waiting];
  return ordered.sort((a, b) => a.turn - b.turn).map(({ each }) => each);
}

/** Lets the event loop read and decode what came while the nets had the thread to themselves. */
async function othersRead(): Promise<void> {
  for (let turn = 0; turn < EVENT_LOOP_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A verdict with no more of the nets' classes than were asked for. */
function cut(verdict: Verdict, top: number): Verdict {
  const { top: probable, ...rest } = verdict;
  if (!probable || top === 0) return rest;
  return { ...rest, top: { bad: probable.bad.slice(0, top), repaired: probable.repaired.slice(0, top) } };
}
