import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PARTS } from '../research/ablation/parts';
import { constantsIn, constantsOf, modulesIn, namesOrigin } from './constants';

const root = join(import.meta.dirname, '../..');

/** Where constants decide about verdicts, fitting, or whether a net is backdoored. */
const DECIDING = [
  'models/detector',
  'models/nets',
  'models/engine/training',
  'models/pixels.ts',
  'build-repair/finding',
  'build-repair/repair',
  'build-repair/images/augment.ts',
  'build-repair/images/occlude.ts',
];

describe('constants that decide', () => {
  const all = modulesIn(root, DECIDING).flatMap((path) =>
    constantsOf(root, path).map((constant) => ({ ...constant, path })),
  );

  it('say in their comment where they come from (`Origin: …`)', () => {
    const silent = all.filter((each) => !namesOrigin(each)).map(({ path, name }) => `${path}: ${name}`);
    expect(silent).toEqual([]);
  });

  it('send to parts that `npm run ablation` has', () => {
    const asked = all.flatMap(({ comment }) =>
      [...comment.replace(/\n \* /g, ' ').matchAll(/npm run ablation -- --only ([a-z,-]+)/g)].flatMap(
        ([, names]) => names!.split(','),
      ),
    );
    expect(asked.length).toBeGreaterThan(5);
    expect(PARTS.map(({ name }) => name)).toEqual(expect.arrayContaining(asked));
  });

  it('are found', () => {
    expect(all.length).toBeGreaterThan(100);
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'TAIL',
        'REGIONS',
        'MOVES',
        'NOISE',
        'PAINTED',
        'MOST_OF_PATCH',
        'SHARE_OF_HEAD',
      ]),
    );
  });
});

describe('constantsIn', () => {
  it('knows numbers and lists from text, patterns and functions', () => {
    const text = `/** Origin: a. */
const ONE = 1;
export const LIST: readonly number[] = [
  1,
  2,
];
const SUM = 2 ** 31 - 1;
const LEAST = Number.MIN_SAFE_INTEGER;

const TEXT = 'text';
const PATTERN = /x/;
const BY_NAME = { a: 1 };
const HALF = -0.5;
  const inner = 3;
`;
    expect(constantsIn(text).map(({ name }) => name)).toEqual(['ONE', 'LIST', 'SUM', 'LEAST', 'HALF']);
  });

  it('has a run of constants share the comment above it, and no other', () => {
    const text = `/** How far. Origin: a trial. */
const FAR = 1;
const WIDE = [
  1,
];
/** What for. */
const OWN = 3;

const APART = 4;
/**
 * Long. Origin:
 * chosen by hand.
 */
const LONG = 5;
function other() {}
const AFTER = 6;
/** Origin: */
const EMPTY = 7;
`;
    const said = constantsIn(text).map((each) => [each.name, namesOrigin(each)]);
    expect(said).toEqual([
      ['FAR', true],
      ['WIDE', true],
      ['OWN', false],
      ['APART', false],
      ['LONG', true],
      ['AFTER', false],
      ['EMPTY', false],
    ]);
  });
});
