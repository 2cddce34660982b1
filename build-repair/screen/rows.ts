import type { ScreenRow } from './screener';

/** How rows are written: comma-separated values (RFC 4180), or a JSON object a line. */
export type RowFormat = 'csv' | 'jsonl';

const COLUMNS = [
  'image',
  'class',
  'className',
  'backdoored',
  'pValue',
  'suspicion',
  'badClass',
  'badProbability',
  'repairedClass',
  'repairedProbability',
  'error',
  'familiarity',
  'unfamiliar',
] as const;

/** The first line of a file, if its format has one. */
export function headOf(format: RowFormat): string {
  return format === 'csv' ? `${COLUMNS.join(',')}\n` : '';
}

/** A row as a line of text. */
export function lineOf(row: ScreenRow, format: RowFormat): string {
  if (format === 'jsonl') {
    const flat =
      'error' in row
        ? { image: row.image, error: row.error }
        : { image: row.image, ...row.verdict, className: row.className };
    return `${JSON.stringify(flat)}\n`;
  }
  const verdict = 'verdict' in row ? row.verdict : undefined;
  const cells: Record<(typeof COLUMNS)[number], unknown> = {
    image: row.image,
    class: verdict?.class,
    className: 'className' in row ? row.className : undefined,
    backdoored: verdict?.backdoored,
    pValue: verdict?.pValue,
    suspicion: verdict?.suspicion,
    badClass: verdict?.bad.class,
    badProbability: verdict?.bad.probability,
    repairedClass: verdict?.repaired.class,
    repairedProbability: verdict?.repaired.probability,
    error: 'error' in row ? row.error : undefined,
    familiarity: verdict?.familiarity,
    unfamiliar: verdict?.unfamiliar,
  };
  return `${COLUMNS.map((column) => cell(cells[column])).join(',')}\n`;
}

function cell(value: unknown): string {
  if (value === undefined) return '';
  const text = String(value);
  // A cell that a spreadsheet would take for a formula is made plain text.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
