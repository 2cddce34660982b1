import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { program } from '../../build-repair/cli/run';
import { blocksOf, documents, read, root } from './blocks';

const README_LINES = 170;
const README_BYTES = 10_000;
/** Characters of a code block that a page of a repository shows. */
const WIDTH = 110;

/** Options that are other programs': npm's, curl's, cdk's and those of `aws`. */
const NOT_OURS = new Set(['--rm', '--read-only', '--data-binary', '--all', '--seeds', '--detail', '--check']);

describe.each(documents)('%s', (document) => {
  const text = read(document);

  it('links to files that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)].map((match) => match[1]!);
    const broken = targets.filter(
      (target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(document), target)),
    );
    expect(broken).toEqual([]);
  });

  it('marks each block with what it is, and has none that is cut off at the width of a page', () => {
    for (const { line, language, text: block } of blocksOf(document)) {
      expect(['sh', 'ts', 'json', ''], `${document}:${line}`).toContain(language);
      for (const each of block.split('\n')) expect(each.length, each).toBeLessThanOrEqual(WIDTH);
    }
  });

  it('names no option of goodnet that there is not', () => {
    const known = optionsBelow(program());
    const lines = text.split('\n').filter((line) => /goodnet |`--/.test(line));
    const unknown = lines
      .flatMap((line) => line.match(/(?<![\w-])--[a-z][a-z-]+/g) ?? [])
      .filter((option) => !known.has(option) && !NOT_OURS.has(option));
    // docs/operations.md and docs/method.md show commands of aws and of the research scripts, too.
    if (document === 'README.md' || /(api|formats|operators|engines)\.md$/.test(document))
      expect(unknown).toEqual([]);
  });
});

describe('README.md', () => {
  const text = read('README.md');

  it('is short', () => {
    expect(text.split('\n').length).toBeLessThan(README_LINES);
    expect(Buffer.byteLength(text)).toBeLessThan(README_BYTES);
  });

  it('leads to every document', () => {
    const seen = new Set<string>();
    const visit = (document: string) => {
      if (seen.has(document)) return;
      seen.add(document);
      for (const match of read(document).matchAll(/\]\(([^)#\s]+\.md)[^)]*\)/g))
        if (!/^https?:/.test(match[1]!)) visit(join(dirname(document), match[1]!));
    };
    visit('README.md');
    expect([...seen]).toEqual(expect.arrayContaining([...documents]));
  });
});

function optionsBelow(command: Command): Set<string> {
  const own = command.options.flatMap(({ long }) => (long ? [long] : []));
  return new Set(['--help', ...own, ...command.commands.flatMap((each) => [...optionsBelow(each)])]);
}
