import { Worker } from 'node:worker_threads';
import { valueAt } from '../../models/present';
import type { Verdict } from '../../models/verdict';
import type { BundleAt, ThreadReply, ThreadRequest } from './messages';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A thread that runs nets, and what it has at hand. */
export class NetsThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<
    number,
    { resolve: (verdicts: Verdict[]) => void; reject: (error: Error) => void }
  >();
  private readonly bundles = new Map<string, 'loading' | 'loaded'>();
  private numbers = 0;
  private running = 0;
  private usedAt = Date.now();

  /** @param program see thread.ts @param onEnd told when it ended by itself */
  constructor(program: string, onEnd: () => void) {
    this.worker = new Worker(program);
    // The process need not wait for it.
    this.worker.unref();
    this.worker.on('message', (reply: ThreadReply) => {
      const { resolve, reject } = valueAt(this.waiting, reply.number);
      this.waiting.delete(reply.number);
      this.usedAt = Date.now();
      if ('verdicts' in reply) resolve([...reply.verdicts]);
      else reject(new Error(reply.fault));
    });
    const end = (error: Error) => {
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
      onEnd();
    };
    this.worker.once('error', end);
    this.worker.once('exit', () => end(new Error('A thread that runs nets ended')));
  }

  /** Whether it has the bundle and nothing to do. */
  isFreeFor({ id }: BundleAt): boolean {
    return this.running === 0 && this.bundles.get(id) === 'loaded';
  }

  isBusyWith({ id }: BundleAt): boolean {
    return this.running > 0 && this.bundles.has(id);
  }

  /** Milliseconds since its last answer; 0 where it has something at hand. */
  idleMs(): number {
    return this.waiting.size > 0 ? 0 : Date.now() - this.usedAt;
  }

  /** Loads a bundle, once. @returns false where that failed */
  async load(bundle: BundleAt): Promise<boolean> {
    if (this.bundles.has(bundle.id)) return true;
    this.bundles.set(bundle.id, 'loading');
    try {
      await this.ask({ kind: 'load', bundle });
      this.bundles.set(bundle.id, 'loaded');
      return true;
    } catch {
      this.bundles.delete(bundle.id);
      return false;
    }
  }

  async classify(
    bundle: BundleAt,
    pixels: Uint8Array | Float32Array,
    count: number,
    top: number,
  ): Promise<Verdict[]> {
    this.running++;
    try {
      return await this.ask({ kind: 'classify', bundle, pixels, count, top });
    } finally {
      this.running--;
    }
  }

  forget(bundle: BundleAt): void {
    if (this.bundles.delete(bundle.id)) void this.ask({ kind: 'forget', bundle }).catch(() => {});
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private ask(request: Without<ThreadRequest, 'number'>): Promise<Verdict[]> {
    const number = this.numbers++;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ ...request, number } satisfies ThreadRequest);
    });
  }
}
