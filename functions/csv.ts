import type { Verdict } from '../models/verdict';

/** What is said of one image: a verdict, or why there is none. */
export interface CsvRow {
  readonly image: string;
  /** The model that was asked, and its false-positive rate. */
  readonly model: string;
  readonly alpha: number;
  readonly verdict?: Verdict;
  readonly className?: string;
  readonly error?: string;
}

type Cell = string | number | boolean | undefined;

/** The columns, in order. Another is a line here, at the end, before the error. */
const COLUMNS: readonly (readonly [name: string, of: (row: CsvRow) => Cell])[] = [
  ['image', ({ image }) => image],
  ['model', ({ model }) => model],
  ['alpha', ({ alpha }) => alpha],
  ['class', ({ verdict }) => verdict?.class],
  ['className', ({ className }) => className],
  ['backdoored', ({ verdict }) => verdict?.backdoored],
  ['pValue', ({ verdict }) => verdict?.pValue],
  ['suspicion', ({ verdict }) => verdict?.suspicion],
  ['badClass', ({ verdict }) => verdict?.bad.class],
  ['badProbability', ({ verdict }) => verdict?.bad.probability],
  ['repairedClass', ({ verdict }) => verdict?.repaired.class],
  ['repairedProbability', ({ verdict }) => verdict?.repaired.probability],
  ['familiarity', ({ verdict }) => verdict?.familiarity],
  ['unfamiliar', ({ verdict }) => verdict?.unfamiliar],
  ['error', ({ error }) => error],
];

/** The names of the columns, as the first line: that of `goodnet screen` and of the page's download alike. */
export const CSV_HEAD = `${COLUMNS.map(([name]) => name).join(',')}\n`;

/** A row as a line: comma-separated, quoted as RFC 4180 has it, ended by a line feed, as the shell's tools want it. */
export function csvLine(row: CsvRow): string {
  return `${COLUMNS.map(([, of]) => cell(of(row))).join(',')}\n`;
}

/** What spreadsheets run: a cell that begins so, also full-width, or after blanks. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;
/** Also what parts cells where the decimal sign is a comma. */
const QUOTED = /[",;\t\r\n]|^\s|\s$/;

function cell(value: Cell): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
