import stringWidth from 'string-width';
import { type Look, plain } from '../terminal';

/** On narrower terminals tables are stacked. */
const LEAST_COLUMNS = 100;
const GAP = '   ';

/** A head, and rows of as many cells. */
type Rows = readonly [readonly string[], ...(readonly string[])[]];

/**
 * Rows side by side: the first column to the left, the others to the right. Where the terminal is narrower than that, or than 100
 * columns, they are stacked: one row below another, each value behind the name of its column.
 * @param rows the first is the head
 * @param look of where it goes; by default it is piped, and never stacked
 */
export function table(rows: Rows, look: Look = plain): string {
  const [head, ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  const width = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1);
  if (look.columns < Math.max(LEAST_COLUMNS, width)) return stacked(rows, look);
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - stringWidth(cell));
        return column === 0 ? cell + space : space + cell;
      })
      .join(GAP)
      .trimEnd();
  const rule = widths.map((each) => '─'.repeat(each)).join('───');
  return [look.style.bold(line(head)), look.style.dim(rule), ...body.map(line)].join('\n');
}

function stacked([[, ...names], ...body]: Rows, { style }: Look): string {
  const width = Math.max(...names.map((name) => stringWidth(name)));
  return body
    .map(([title = '', ...cells]) => {
      const lines = cells.flatMap((cell, i) =>
        cell === '' ? [] : [`  ${names[i]}${' '.repeat(width - stringWidth(names[i]!))}  ${cell}`],
      );
      return [style.bold(title), ...lines].join('\n');
    })
    .join('\n\n');
}
