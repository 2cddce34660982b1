import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** README.md and every document of docs/, from the project's root; README first. */
export const documents: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** A fenced block of a document. */
export interface Block {
  readonly document: string;
  /** Of the opening fence, counted from 1. */
  readonly line: number;
  /** What follows the fence: sh, ts, json; empty for what a command printed. */
  readonly language: string;
  readonly text: string;
  /** Why it is not run, by `<!-- not run: … -->` on the line before. */
  readonly notRun?: string;
}

/** The text of a document. */
export function read(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}

/** The fenced blocks of a document, in order. */
export function blocksOf(document: string): Block[] {
  const lines = read(document).split('\n');
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, language] = /^```(.*)$/.exec(lines[i]!) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`${document}:${i + 1}: the block has no end`);
    const notRun = /^<!-- not run: (.+) -->$/.exec(lines[i - 1] ?? '')?.[1];
    blocks.push({ document, line: i + 1, language, text: lines.slice(i + 1, end).join('\n'), notRun });
    i = end;
  }
  return blocks;
}
