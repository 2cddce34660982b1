import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What some work took of the process that did it, beyond what it had when idle. */
export interface Cost {
  /** Seconds of processor time, of all threads. */
  readonly cpu: number;
  /** Resident memory at its most above idle, in units of 10⁶ bytes; undefined where the system does not tell (Linux does). */
  readonly peakMb: number | undefined;
  /** The longest that the event loop was held, in milliseconds. */
  readonly loopMs: number;
}

/** The event loop is looked at so often, in milliseconds. */
const RESOLUTION = 5;

/** Measures work in this process, from one call to the next; to be run with `--expose-gc`. */
export class Meter {
  private readonly loop = monitorEventLoopDelay({ resolution: RESOLUTION });
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
    this.loop.enable();
    this.loop.reset();
  }

  async end(): Promise<Cost> {
    const { user, system } = process.cpuUsage(this.cpu);
    const peak = statusMb('VmHWM');
    // The last step is seen by the next look.
    await new Promise((resolve) => setTimeout(resolve, 2 * RESOLUTION));
    const loopMs = Math.max(0, this.loop.max / 1e6 - RESOLUTION);
    this.loop.disable();
    const peakMb = peak === undefined || this.idleMb === undefined ? undefined : peak - this.idleMb;
    return { cpu: (user + system) / 1e6, peakMb, loopMs };
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
