import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import * as z from 'zod';

/** What repairing one net may take. */
export interface NetLimits {
  readonly minutes: number;
  /** Of memory. */
  readonly bytes: number;
}

export const limitsSchema = z.object({ minutes: z.number(), bytes: z.number() });

/** The part of the machine's memory, or of what the container may have, that one net may take. */
const SHARE = 0.8;

/** @param minutes of the clock, > 0 */
export function limitsOf(minutes: number): NetLimits {
  const machine = totalmem();
  // A number beyond all memory, or 0, where there is no constraint.
  const allowed = process.constrainedMemory?.() || machine;
  return { minutes, bytes: Math.floor(SHARE * Math.min(machine, allowed)) };
}

/** How much memory a process has, in bytes; undefined where the system does not tell. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
