import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedIn, MAKERS } from './generated';
import { type Table, tablesIn, WIDEST, widthOf } from './tables';

const root = join(import.meta.dirname, '../..');
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('tables in documents', () => {
  it.each(documents)('%s: no row is wider than a page', (path) => {
    const wide = tablesIn(read(path)).flatMap(({ rows }) => rows.filter((row) => widthOf(row) > WIDEST));
    expect(wide).toEqual([]);
  });

  it.each(['README.md', 'docs/results.md'])(
    '%s: no line drawn in a code block is wider than a page',
    (path) => {
      const drawn = read(path)
        .split('\n')
        .filter((line) => line.includes('───'));
      expect(drawn.filter((line) => line.length > WIDEST)).toEqual([]);
    },
  );

  it.each(documents)('%s: every row has as many cells as the head', (path) => {
    const uneven = ({ rows }: Table) => rows.filter((row) => row.length !== rows[0]!.length);
    expect(tablesIn(read(path)).flatMap(uneven)).toEqual([]);
  });

  it('finds the tables, and what is too wide', () => {
    const figures = Array.from({ length: 7 }, () => '100.0 (99.7–100.0)');
    const text = `text\n\n| a | b |\n| - | - |\n| 1 \\| 2 | |\n\n${'```'}\n| no | table |\n${'```'}\n| ${figures.join(' | ')} |`;
    const tables = tablesIn(text);
    expect(tables.map(({ rows }) => rows)).toEqual([
      [
        ['a', 'b'],
        ['1 \\| 2', ''],
      ],
      [figures],
    ]);
    expect(widthOf(figures)).toBeGreaterThan(WIDEST);
    expect(widthOf(figures.slice(1, 6))).toBeLessThan(WIDEST);
    expect(
      widthOf(['a sentence that is long enough to be broken into lines, wherever it has to be']),
    ).toBeLessThan(40);
  });
});

describe('docs/results.md', () => {
  const text = read('docs/results.md');

  it('has every table that the commands print, and says of each which command does', () => {
    const blocks = generatedIn('docs/results.md', text);
    expect(blocks.map(({ name }) => name)).toEqual(['peers', 'table', 'tiles', 'curve', 'bench']);
    for (const { name, text: block, before } of blocks) {
      expect(tablesIn(block).length, name).toBeGreaterThan(0);
      expect(before).toContain(`\`${MAKERS[name]!.command}`);
    }
  });

  it('tells what B′ is, and what it is not', () => {
    expect(text).toContain('after the detector has passed the target over');
    expect(text).toContain('**No "attack: B′" below is of a net alone.**');
  });
});
