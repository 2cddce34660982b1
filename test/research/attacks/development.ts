import { join } from 'node:path';
import { type Attack, DEVELOPMENT } from './catalogue';
import { CHECK } from './check-catalogue';
import { readLog } from './check-log';

/** What the check has measured, a line for each net. */
export const CHECK_LOG = join(import.meta.dirname, 'check-log.jsonl');

/** The nets that may be developed on: those of the development half, and those of the check whose figures stand in its log. */
export function developmentNow(log = CHECK_LOG): readonly Attack[] {
  const seen = new Set(readLog(log).map(({ attack }) => attack));
  return [...DEVELOPMENT, ...CHECK.filter(({ name }) => seen.has(name))];
}
