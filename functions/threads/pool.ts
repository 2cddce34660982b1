import type { Verdict } from '../../models/verdict';
import type { BundleAt } from './messages';
import { NetsThread } from './nets-thread';

/** How long a thread without work is kept, in milliseconds. */
const KEPT = 60_000;
/** How long nothing is tried after a thread failed, in milliseconds. */
const PAUSE = 60_000;

/** Other threads that run a bundle's nets. */
export interface BundleThreads {
  /** Many ask: threads are started, and load the bundle, if they have not. Nobody waits for them. */
  warm(): void;
  /** Threads that have the bundle and nothing to do. */
  free(): number;
  /** Whether threads are at work on the bundle. */
  isBusy(): boolean;
  /** Runs images on a thread that is free. @throws Error where none is, or it failed: this thread can do it as well */
  classify(pixels: Uint8Array | Float32Array, count: number, top: number): Promise<Verdict[]>;
  /** The bundle is not asked for any more. */
  forget(): void;
}

/** Threads that run nets beside the one that answers requests; there are some only while many ask. */
export interface NetsThreads {
  for(bundle: BundleAt): BundleThreads;
  close(): Promise<void>;
}

/** @param program the file of a thread (thread.ts, built) @param most threads */
export function netsThreads(program: string, most: number, kept = KEPT): NetsThreads {
  let threads: NetsThread[] = [];
  let failedAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  const sweep = setInterval(() => {
    for (const thread of threads.filter((each) => each.idleMs() > kept)) remove(thread);
  }, kept / 4).unref();

  function remove(thread: NetsThread): void {
    threads = threads.filter((each) => each !== thread);
    void thread.end();
  }

  function fail(): void {
    failedAt = Date.now();
  }

  function start(): void {
    const thread: NetsThread = new NetsThread(program, () => {
      if (!threads.includes(thread)) return;
      threads = threads.filter((each) => each !== thread);
      fail();
    });
    threads.push(thread);
  }

  return {
    for: (bundle) => ({
      warm() {
        if (isClosed || Date.now() - failedAt < PAUSE) return;
        while (threads.length < most) start();
        for (const thread of threads) void thread.load(bundle).then((isLoaded) => isLoaded || fail());
      },
      free: () => threads.filter((thread) => thread.isFreeFor(bundle)).length,
      isBusy: () => threads.some((thread) => thread.isBusyWith(bundle)),
      async classify(pixels, count, top) {
        const thread = threads.find((each) => each.isFreeFor(bundle));
        if (!thread) throw new Error('No thread is free');
        return await thread.classify(bundle, pixels, count, top);
      },
      forget() {
        for (const thread of threads) thread.forget(bundle);
      },
    }),
    async close() {
      isClosed = true;
      clearInterval(sweep);
      const all = threads;
      threads = [];
      await Promise.all(all.map((thread) => thread.end()));
    },
  };
}
