import { type ChildProcess, fork } from 'node:child_process';
import { type ErrorCode, type ErrorKind, GoodNetError } from '../../models/errors';
import { first, valueAt } from '../../models/present';
import type { Portion } from './portions';
import { openScreener, type Screener, type ScreenerSetup, type ScreenRow } from './screener';

/** Portions that a worker has at hand: the next is decoded while the nets look at one. */
const AHEAD = 2;

/** Screeners that look at several portions at once. */
export interface Pool extends Screener {
  /** How many portions it is worth to hand in at once. */
  readonly width: number;
}

/** What goes to a worker, after its setup. */
export interface WorkerRequest {
  readonly id: number;
  readonly portion: Portion;
}

/** What comes from a worker: that it is ready, an answer, or what went wrong. */
export type WorkerReply =
  | { readonly ready: true; readonly withoutOnnx?: string | undefined }
  | { readonly id: number; readonly rows: ScreenRow[] }
  | { readonly id?: number; readonly fault: Fault };

/** An error on its way between processes; without a kind it is a defect. */
export interface Fault {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly kind?: ErrorKind;
  readonly hint?: string;
}

/** A pool of this process alone. The engine must have been started. */
export async function ownPool(setup: ScreenerSetup): Promise<Pool> {
  return { width: AHEAD, ...(await openScreener(setup)) };
}

/**
 * A pool of other processes, each with an engine of its own.
 * @param program runs a worker when it is called with `screen-worker`
 * @throws what a worker throws at its start
 */
export async function workerPool(setup: ScreenerSetup, count: number, program: string): Promise<Pool> {
  const workers = Array.from({ length: count }, () => new Worker(program, setup));
  const close = () => {
    for (const worker of workers) worker.close();
  };
  try {
    await Promise.all(workers.map((worker) => worker.ready));
  } catch (error) {
    close();
    throw error;
  }
  return {
    withoutOnnx: first(workers).withoutOnnx,
    width: count * AHEAD,
    screen: (portion) => workers.reduce((a, b) => (b.load < a.load ? b : a)).screen(portion),
    close,
  };
}

class Worker {
  readonly ready: Promise<void>;
  withoutOnnx: string | undefined;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<
    number,
    { resolve: (rows: ScreenRow[]) => void; reject: (error: Error) => void }
  >();
  private ids = 0;
  private ended: Error | undefined;

  constructor(program: string, setup: ScreenerSetup) {
    this.child = fork(program, ['screen-worker'], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (reply: WorkerReply) => {
        if ('ready' in reply) {
          this.withoutOnnx = reply.withoutOnnx;
          resolve();
        } else if (reply.id === undefined) reject(errorOf(reply as { fault: Fault }));
        else this.settle(reply.id, reply);
      });
      this.child.once('error', (error) => this.end(error));
      this.child.once('exit', (code, signal) =>
        this.end(new Error(`A worker ended early (${signal ?? code})`)),
      );
      this.waiting.set(-1, { resolve: () => {}, reject });
    });
    this.child.send(setup, () => {});
  }

  /** Portions that it has at hand. */
  get load(): number {
    return this.waiting.size;
  }

  screen(portion: Portion): Promise<ScreenRow[]> {
    if (this.ended) return Promise.reject(this.ended);
    const id = this.ids++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, portion } satisfies WorkerRequest, (error) => error && this.end(error));
    });
  }

  close(): void {
    this.child.kill('SIGKILL');
  }

  private settle(id: number, reply: Exclude<WorkerReply, { ready: true }>): void {
    const { resolve, reject } = valueAt(this.waiting, id);
    this.waiting.delete(id);
    if ('rows' in reply) resolve(reply.rows);
    else reject(errorOf(reply));
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

function errorOf({ fault }: { readonly fault: Fault }): Error {
  const { message, code, kind, hint } = fault;
  return kind ? new GoodNetError(message, { code, kind, hint }) : new Error(message);
}
