import { expect, test } from 'vitest';
import { lookOf } from '../../build-repair/terminal';

const TERMINAL = { isTTY: true, columns: 120 };
const PIPE = { isTTY: false, columns: 0 };

test.each([
  ['a terminal', TERMINAL, {}, { coloured: true, live: true, marked: true }],
  ['a pipe', PIPE, {}, { coloured: false, live: false, marked: false }],
  ['a pipe of a CI machine', PIPE, { CI: 'true' }, { coloured: false, live: false, marked: false }],
  ['NO_COLOR', TERMINAL, { NO_COLOR: '1' }, { coloured: false, live: true, marked: true }],
  ['an empty NO_COLOR', TERMINAL, { NO_COLOR: '' }, { coloured: true, live: true, marked: true }],
  ['a dumb terminal', TERMINAL, { TERM: 'dumb' }, { coloured: false, live: false, marked: false }],
  ['FORCE_COLOR', PIPE, { FORCE_COLOR: '1' }, { coloured: true, live: false, marked: false }],
  ['FORCE_COLOR=0', TERMINAL, { FORCE_COLOR: '0' }, { coloured: false, live: true, marked: true }],
  ['both', PIPE, { FORCE_COLOR: '1', NO_COLOR: '1' }, { coloured: false, live: false, marked: false }],
])('%s', (_, stream, env, { coloured, live, marked }) => {
  const { style, isLive, marks } = lookOf(stream, env);
  expect(style.bold('text').includes('\u001b[')).toBe(coloured);
  expect(isLive).toBe(live);
  expect(marks.good.includes('✓')).toBe(marked);
  expect(marks.bad.includes('\u001b[')).toBe(marked && coloured);
});

test('a pipe has no width, a terminal the one that it reports', () => {
  expect(lookOf(PIPE, {}).columns).toBe(Number.POSITIVE_INFINITY);
  expect(lookOf(TERMINAL, {}).columns).toBe(120);
  expect(lookOf({ isTTY: true, columns: 0 }, {}).columns).toBe(80);
});
