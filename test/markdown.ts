import { markdownTable } from 'markdown-table';
import { percent, type Rate } from '../build-repair/evaluate/interval';

/**
 * A Markdown table: columns of figures to the right, the others to the left. Columns without a single entry are left out.
 * @param head the columns' names
 * @param rows as many cells each; a "|" in one is escaped
 * @example markdown(['net', 'B'], [['faces', '97.7 (97.2–98.1)']])
 */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, column) => rows.length === 0 || rows.some((row) => row[column] !== ''));
  const kept = (row: readonly string[]) =>
    row.filter((_, column) => used[column]).map((cell) => cell.replaceAll('|', '\\|'));
  const body = rows.map(kept);
  const columns = kept(head);
  const align = columns.map((_, column) =>
    body.every((row) => /^[\d$<≤≥×−-]|^$/.test(row[column]!)) ? 'r' : 'l',
  );
  return markdownTable([columns, ...body], { align });
}

/** A title and what stands below it, apart by empty lines. */
export function section(title: string, ...parts: readonly string[]): string {
  return [`### ${title}`, ...parts.filter((part) => part !== '')].join('\n\n');
}

/** A rate as `97.4 (96.8–97.9)`: per cent, with its interval. */
export function short(rate: Rate): string {
  return percent(rate).replace(' %', '');
}
