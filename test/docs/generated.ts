import { documents, read } from './blocks';

/**
 * What prints each block between `<!-- NAME, made by COMMIT -->` and `<!-- /NAME -->`, and the code whose changes may change it. A block
 * that was made in parts names the oldest of their commits.
 */
export const MAKERS: Readonly<
  Record<string, { readonly command: string; readonly code: readonly string[] }>
> = {
  demo: { command: 'npm run demo', code: ['build-repair', 'demo', 'models'] },
  ...Object.fromEntries(
    Object.entries({
      table: '',
      tiles: ' -- tiles',
      curve: ' -- curve',
      kept: ' -- kept',
      peers: ' -- peers',
    }).map(([name, rest]) => [
      name,
      { command: `npm run table${rest}`, code: ['build-repair', 'models', 'test/research/table'] },
    ]),
  ),
  bench: { command: 'npm run bench', code: ['build-repair', 'functions', 'models', 'test/research/bench'] },
  scale: {
    command: 'npm run scale',
    code: ['build-repair', 'functions', 'infra', 'models', 'test/research/scale'],
  },
};

/** A block of a document that a command printed. */
export interface Generated {
  readonly document: string;
  /** One of MAKERS, where it is told right. */
  readonly name: string;
  /** Abbreviated; undefined where the block tells none. */
  readonly commit: string | undefined;
  readonly text: string;
  /** What stands before it in the document. */
  readonly before: string;
}

/** The generated blocks of all documents, in order. @throws Error for one without an end */
export function generatedBlocks(): Generated[] {
  return documents.flatMap((document) => generatedIn(document, read(document)));
}

/** Those of one document. @throws Error for one without an end */
export function generatedIn(document: string, text: string): Generated[] {
  const ends = [...text.matchAll(/^<!-- \/([a-z-]+) -->$/gm)];
  return ends.map(([endMark, name], i) => {
    const end = ends[i]!.index;
    const opening = [
      ...text.slice(0, end).matchAll(/^<!-- ([a-z-]+)(?:, made by ([0-9a-f]{7,40}))? -->$/gm),
    ].at(-1);
    if (opening?.[1] !== name) throw new Error(`${document}: ${endMark} ends no block`);
    return {
      document,
      name: name!,
      commit: opening![2],
      text: text.slice(opening!.index + opening![0].length, end),
      before: text.slice(0, opening!.index),
    };
  });
}
