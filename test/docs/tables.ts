/** As many characters as a page at GitHub shows of a row. */
export const WIDEST = 120;
/** A cell of more characters is a sentence, which a page breaks into lines; figures are not to be broken. */
const SENTENCE = 40;
/** What a sentence can be narrowed to. */
const NARROWED = 24;

/** A table of a Markdown document: the cells of its rows, the head first, without the line of dashes. */
export interface Table {
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a Markdown document; what stands in code blocks is none. */
export function tablesIn(text: string): Table[] {
  const tables: string[][][] = [];
  let inCode = false;
  let before = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    const isRow = !inCode && line.startsWith('|');
    if (isRow && !before.startsWith('|')) tables.push([]);
    if (isRow && !/^[|\s:-]+$/.test(line)) tables.at(-1)!.push(cellsOf(line));
    before = isRow ? line : '';
  }
  return tables.map((rows) => ({ rows }));
}

/** Characters that a row takes at the least, with the lines between its cells. */
export function widthOf(row: readonly string[]): number {
  const cells = row.map(({ length }) => (length > SENTENCE ? NARROWED : length));
  return cells.reduce((sum, each) => sum + each + 3, 1);
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
