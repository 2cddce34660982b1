import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project';

/** Where the library's doc comments are. */
const FILES = [
  'models/goodnet.ts',
  'models/store/store.ts',
  'build-repair/library/evaluate.ts',
  'build-repair/library/export-net.ts',
  'build-repair/library/inspect.ts',
  'build-repair/library/open-net-images.ts',
  'build-repair/library/repair.ts',
  'build-repair/library/scan.ts',
  'build-repair/library/screen.ts',
];

/** An example of a doc comment. */
export interface Example {
  /** The file that it is in, and which of its examples it is. */
  readonly name: string;
  readonly code: string;
}

/** The examples in the library's doc comments, and in docs/library.md, that import it. */
export function libraryExamples(): Example[] {
  const [, page] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/library.md'), 'utf8')) ?? [];
  return [{ name: 'docs/library.md', code: page! }, ...inComments()];
}

function inComments(): Example[] {
  return FILES.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const comments = text.match(/\/\*\*[\s\S]*?\*\//g) ?? [];
    return comments
      .flatMap((comment) => {
        const [, code] = /@example\n([\s\S]*?)(?:\n\s*\* @|\*\/)/.exec(comment) ?? [];
        return code?.includes("from 'goodnet'") ? [code.replaceAll(/^\s*\* ?/gm, '').trim()] : [];
      })
      .map((code, i) => ({ name: `${file}, example ${i + 1}`, code }));
  });
}
