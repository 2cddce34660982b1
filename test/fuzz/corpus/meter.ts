import { readFileSync, writeFileSync } from 'node:fs';

/** What some work took of the process that did it, beyond what it had when idle. */
export interface Cost {
  /** Seconds of processor time, of all threads. */
  readonly cpu: number;
  /** Resident memory at its most above idle, in units of 10⁶ bytes; undefined where the system does not tell (Linux does). */
  readonly peakMb: number | undefined;
  /**
   * The longest that the event loop was held, in milliseconds: of the main thread's processor time where the system tells it
   * (Linux does), since others work on the same cores; else of the clock.
   */
  readonly loopMs: number;
}

/** The event loop is looked at so often, in milliseconds. */
const RESOLUTION = 5;

/** Measures work in this process, from one call to the next; to be run with `--expose-gc`. */
export class Meter {
  private loop: LoopWatch | undefined;
  private idleMb: number | undefined;
  private cpu = process.cpuUsage();

  async begin(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.idleMb = statusMb('VmRSS');
    forgetPeak();
    this.cpu = process.cpuUsage();
    this.loop = new LoopWatch();
  }

  async end(): Promise<Cost> {
    const { user, system } = process.cpuUsage(this.cpu);
    const peak = statusMb('VmHWM');
    // The last step is seen by the next look.
    await new Promise((resolve) => setTimeout(resolve, 2 * RESOLUTION));
    const loopMs = this.loop?.end() ?? 0;
    const peakMb = peak === undefined || this.idleMb === undefined ? undefined : peak - this.idleMb;
    return { cpu: (user + system) / 1e6, peakMb, loopMs };
  }
}

/** Looks at the event loop every few milliseconds: what was done between two looks was done at one go, or nearly. */
class LoopWatch {
  private last = mainThreadMs();
  private most = 0;
  private readonly timer = setInterval(() => this.look(), RESOLUTION).unref();

  private look(): void {
    const now = mainThreadMs();
    this.most = Math.max(this.most, now - this.last);
    this.last = now;
  }

  end(): number {
    clearInterval(this.timer);
    return this.most;
  }
}

/** The processor time of the thread that runs the event loop (proc(5), schedstat); elsewhere, or where that is left out, the clock. */
function mainThreadMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

/** A figure of this process's memory (proc(5)), in units of 10⁶ bytes. */
function statusMb(name: 'VmRSS' | 'VmHWM'): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const [, kibibytes] = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))!;
  return (Number(kibibytes) * 1024) / 1e6;
}

/** Lets the peak begin anew (proc(5), clear_refs); where that is not allowed, it is the one since the process began. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {}
}
