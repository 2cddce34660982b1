import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Evaluation } from '../../../build-repair/evaluate/evaluate';
import { UsageError } from '../../../models/errors';
import type { Attack } from './catalogue';

/** What one net of the check gave: a line of JSON in the log. */
export interface CheckLine {
  /** The registry's hash. */
  readonly registry: string;
  /** Counts the runs of one registry, from 1. */
  readonly run: number;
  /** What was measured: a commit, without changes that are not in it. */
  readonly commit: string;
  /** When the net was measured, ISO 8601. */
  readonly date: string;
  readonly attack: string;
  readonly seed: number;
  /** For the table: the target of each trigger, and the signs that were measured on. */
  readonly targets: readonly string[];
  readonly groups?: number | undefined;
  /** That the repair took. */
  readonly seconds: number;
  readonly figures: Evaluation;
}

/** What measuring a net gives. */
export type Measured = Pick<CheckLine, 'targets' | 'groups' | 'seconds' | 'figures'>;

/** The lines of a log, the oldest first; none where there is no log. */
export function readLog(path: string): CheckLine[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line, i) => {
      try {
        return JSON.parse(line) as CheckLine;
      } catch (cause) {
        throw new UsageError(`Line ${i + 1} of ${path} is no JSON`, {
          hint: 'Where it was cut off, take it out: its net is measured anew.',
          cause,
        });
      }
    });
}

/** The lines of the last run of a registry; none where it was never run. */
export function lastRun(lines: readonly CheckLine[], registry: string): CheckLine[] {
  const own = lines.filter((line) => line.registry === registry);
  const last = Math.max(0, ...own.map(({ run }) => run));
  return own.filter(({ run }) => run === last);
}

interface Checking {
  readonly attacks: readonly Attack[];
  readonly registry: string;
  readonly commit: string;
  readonly log: string;
  /** A second run of the same registry is wanted. */
  readonly again: boolean;
  readonly measure: (attack: Attack) => Promise<Measured>;
  /** What was measured, as it comes. */
  readonly tell: (line: CheckLine) => void;
}

/**
 * Measures every net of the check once. Each is written to the log as soon as its figures are there, so that none is seen that is not
 * logged, and a run that was interrupted goes on where it ended.
 * @returns the lines of the run, those written before it was interrupted among them
 * @throws UsageError where the registry was run to its end already, or a run was begun by another commit, unless `again`
 */
export async function check(work: Checking): Promise<CheckLine[]> {
  const { attacks, registry, commit, log, again, measure, tell } = work;
  const before = lastRun(readLog(log), registry);
  const open = attacks.filter(({ name }) => !before.some(({ attack }) => attack === name));
  const begunHere = before.length > 0 && open.length > 0 && before.every((line) => line.commit === commit);
  if (before.length > 0 && !begunHere && !again) throw refusal(before[0]!, open.length);
  const run = before[0] ? before[0].run + (begunHere ? 0 : 1) : 1;
  const lines = begunHere ? [...before] : [];
  for (const attack of begunHere ? open : attacks) {
    const measured = await measure(attack);
    const { name, seed } = attack;
    const line = { registry, run, commit, date: new Date().toISOString(), attack: name, seed, ...measured };
    appendFileSync(log, `${JSON.stringify(line)}\n`);
    lines.push(line);
    tell(line);
  }
  return lines;
}

function refusal({ commit, date, run }: CheckLine, open: number): UsageError {
  const begun = `run ${run} of these nets was begun on ${date.slice(0, 10)}, of commit ${commit.slice(0, 12)}`;
  if (open > 0) {
    return new UsageError(`The check was not finished: ${begun}, and ${open} are left`, {
      hint: 'Check that commit out to go on with it, or give --again for another run, which the log will count.',
    });
  }
  return new UsageError(`The check was run already: ${begun}`, {
    hint: 'Whoever has seen its figures can’t be surprised by them: quote the log, or fix a registry with new nets. --again runs it all the same, and the log counts it.',
  });
}
