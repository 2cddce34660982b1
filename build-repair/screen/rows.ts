import { CSV_HEAD, csvLine } from '../../functions/csv';
import type { ScreenRow } from './screener';

/** How rows are written: comma-separated values, or a JSON object a line. */
export type RowFormat = 'csv' | 'jsonl';

/** What gave the verdicts. */
export interface Judge {
  readonly model: string;
  readonly alpha: number;
}

/** The first line of a file, if its format has one. */
export function headOf(format: RowFormat): string {
  return format === 'csv' ? CSV_HEAD : '';
}

/** A row as a line of text. @param by named in CSV, whose rows are those of the page's download */
export function lineOf(row: ScreenRow, format: RowFormat, by: Judge): string {
  if (format === 'csv') return csvLine({ ...by, ...row });
  const flat =
    'error' in row
      ? { image: row.image, error: row.error }
      : { image: row.image, ...row.verdict, className: row.className };
  return `${JSON.stringify(flat)}\n`;
}
