import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Files } from '../../models/store/files';
import { limitsSchema, type NetLimits } from './limits';
import type { NetToRepair } from './schema';

const doneSchema = z.object({
  format: z.literal('goodnet-repair-done'),
  /** Tells what was done: the net's entry, and the versions of what it names. */
  what: z.string(),
  /** `unrepaired`: the bundle is in the store, but triggers are still followed, so that it was not made current. */
  outcome: z.enum(['repaired', 'unrepaired', 'refused']),
  /** The bundle's id. */
  bundle: z.string().optional(),
  /** Why the net can't be repaired: what it is called for programs (docs/errors.md), and in words. */
  code: z.string().optional(),
  message: z.string().optional(),
  hint: z.string().optional(),
  /** Which limit it went beyond, where that is why. */
  exceeded: z.enum(['time', 'memory']).optional(),
  /** What repairing it was allowed to take. */
  limits: limitsSchema.optional(),
  accuracyBefore: z.number().optional(),
  accuracy: z.number().optional(),
  seconds: z.number(),
  engine: z.string(),
  at: z.string(),
});

/** That a net of a job is done with: repaired, or found to be such that it can't be, or isn't. */
export type Done = z.infer<typeof doneSchema>;

/** Which files of a job's state tell what became of a net. */
export const keysOf = ({ name }: Pick<NetToRepair, 'name'>) => ({
  done: `${name}/done.json`,
  report: `${name}/report.html`,
});

/** Tells one thing to be done from another: what is asked for, and with which files. */
export function fingerprint(net: NetToRepair, versions: readonly string[], tool: string): string {
  const sorted = Object.entries(net).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([sorted, versions, tool]))
    .digest('hex');
}

/** @returns undefined where it is not done yet, something else was asked for when it was, or it may take more now */
export async function readDone(
  state: Files,
  net: NetToRepair,
  what: string,
  limits?: NetLimits,
): Promise<Done | undefined> {
  const file = await state.read(keysOf(net).done);
  if (!file) return undefined;
  try {
    const done = doneSchema.parse(JSON.parse(new TextDecoder().decode(file.bytes)));
    return done.what === what && !mayTakeMore(done, limits) ? done : undefined;
  } catch {
    // Damaged: done again.
    return undefined;
  }
}

/** What is written down of a net, whatever was asked for then; undefined where there is nothing, or it is damaged. */
export async function readWhatIsDone(state: Files, net: NetToRepair): Promise<Done | undefined> {
  const file = await state.read(keysOf(net).done, { maxBytes: MOST_BYTES });
  if (!file) return undefined;
  try {
    return doneSchema.parse(JSON.parse(new TextDecoder().decode(file.bytes)));
  } catch {
    return undefined;
  }
}

const MOST_BYTES = 2 ** 20;

function mayTakeMore({ exceeded, limits: before }: Done, now: NetLimits | undefined): boolean {
  if (exceeded === undefined || before === undefined) return false;
  if (now === undefined) return true;
  return exceeded === 'time' ? now.minutes > before.minutes : now.bytes > before.bytes;
}

/** Writes it down, whole or not at all; the last step of a net. */
export async function writeDone(state: Files, net: NetToRepair, done: Omit<Done, 'format'>): Promise<void> {
  const text = `${JSON.stringify({ format: 'goodnet-repair-done', ...done }, null, 1)}\n`;
  await state.write(keysOf(net).done, new TextEncoder().encode(text), 'any');
}
