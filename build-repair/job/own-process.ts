import { fork } from 'node:child_process';
import { GoodNetError } from '../../models/errors';
import type { Progress } from '../progress';
import type { Fault } from '../screen/pool';
import type { Step } from '../steps';
import { type NetLimits, residentBytes } from './limits';
import type { Made } from './net-outcome';
import type { NetToRepair } from './schema';

/** How often it is looked how much memory a net takes, in milliseconds. */
const LOOK_EVERY = 500;

/** What goes to the process that repairs a net. */
export interface NetOrder {
  readonly net: NetToRepair;
  /** Where each address of the net's lies on this machine. */
  readonly local: ReadonlyMap<string, string>;
  readonly work: string;
  readonly store: string;
  /** The key to sign with, as `--sign` names it. */
  readonly sign?: string;
}

/** What comes from it. */
export type NetMessage =
  | { readonly engine: string }
  | { readonly begin: readonly Step[] }
  | { readonly progress: Parameters<Progress>[0] }
  | { readonly detail: string }
  | { readonly made: Made }
  | { readonly fault: Fault };

export interface ApartOptions {
  /** Repairs a net when it is called with `job-worker`. */
  readonly program: string;
  readonly limits: NetLimits;
  /** Told what computes there: two processes may not have one GPU, so this one starts no engine. */
  readonly engine: (description: string) => void;
  readonly begin: (steps: readonly Step[]) => void;
  readonly progress: Progress;
  readonly detail: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A net took more than it may; the message says how much that is. */
export class LimitError extends GoodNetError {
  override readonly name = 'LimitError';
  constructor(
    readonly exceeded: 'time' | 'memory',
    message: string,
    hint: string,
  ) {
    super(message, { code: 'NET_LIMIT_EXCEEDED', hint });
  }
}

/**
 * Repairs a net in a process of its own, which is ended where it takes more than it may. Whatever the net makes of that
 * process, this one goes on.
 * @throws GoodNetError for a net that can't be repaired, or that ended its process; LimitError; the signal's reason
 */
export function repairApart(order: NetOrder, options: ApartOptions): Promise<Made> {
  const { limits, signal } = options;
  const child = fork(options.program, ['job-worker'], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const timers: NodeJS.Timeout[] = [];
  let onAbort: (() => void) | undefined;
  return new Promise<Made>((resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    timers.push(setTimeout(() => reject(tooLong(limits)), limits.minutes * 60_000));
    timers.push(
      setInterval(async () => {
        const bytes = child.pid === undefined ? undefined : await residentBytes(child.pid);
        if (bytes !== undefined && bytes > limits.bytes) reject(tooMuch(limits));
      }, LOOK_EVERY),
    );
    child.on('message', (sent: NetMessage) => {
      if ('engine' in sent) options.engine(sent.engine);
      else if ('begin' in sent) options.begin(sent.begin);
      else if ('progress' in sent) options.progress(sent.progress);
      else if ('detail' in sent) options.detail(sent.detail);
      else if ('made' in sent) resolve(sent.made);
      else reject(new GoodNetError(sent.fault.message, sent.fault));
    });
    child.once('error', reject);
    child.once('exit', (code, by) => reject(endedEarly(by ?? `exit code ${code}`)));
    child.send(order, (error) => error && reject(endedEarly(error.message)));
  }).finally(() => {
    for (const timer of timers) clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
    child.kill('SIGKILL');
  });
}

function tooLong({ minutes }: NetLimits): LimitError {
  const what = `The repair took more than ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} and was ended`;
  return new LimitError('time', what, 'Give it more with --net-minutes.');
}

function tooMuch({ bytes }: NetLimits): LimitError {
  const what = `The repair took more than ${(bytes / 2 ** 30).toFixed(1)} GiB of memory and was ended`;
  return new LimitError('memory', what, 'Try it on a machine with more memory.');
}

function endedEarly(how: string): GoodNetError {
  return new GoodNetError(`The process that repaired the net ended early (${how})`, {
    hint: 'The machine may have had too little memory; try the net alone with goodnet repair.',
  });
}
