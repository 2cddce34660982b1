import { expect, test } from 'vitest';
import { headOf, lineOf } from '../../../build-repair/screen/rows';

const verdict = {
  class: 43,
  backdoored: true,
  pValue: 0.001,
  suspicion: -0.5,
  answer: { class: 5, probability: 0.9 },
  bad: { class: 5, probability: 0.9 },
  repaired: { class: 2, probability: 0.5 },
};

test('CSV: one cell a column, quoted where it must be, never a formula', () => {
  const columns = headOf('csv').trim().split(',').length;
  const line = lineOf({ image: 'a.png', verdict, className: 'stop' }, 'csv');
  expect(line).toBe('a.png,43,stop,true,0.001,-0.5,5,0.9,2,0.5,,,\n');
  const strange = { ...verdict, familiarity: 0.004, unfamiliar: true };
  expect(lineOf({ image: 'a.png', verdict: strange, className: 'stop' }, 'csv')).toBe(
    'a.png,43,stop,true,0.001,-0.5,5,0.9,2,0.5,,0.004,true\n',
  );
  expect(headOf('csv')).toMatch(/,error,familiarity,unfamiliar\n$/);
  expect(line.trim().split(',')).toHaveLength(columns);
  expect(lineOf({ image: 'a, "b".png', error: 'cut\nshort' }, 'csv')).toBe(
    '"a, ""b"".png",,,,,,,,,,"cut\nshort",,\n',
  );
  expect(lineOf({ image: '=cmd().png', error: 'x' }, 'csv')).toMatch(/^'=cmd/);
});

test('JSON lines: a verdict or an error', () => {
  expect(headOf('jsonl')).toBe('');
  expect(JSON.parse(lineOf({ image: 'a.png', verdict, className: undefined }, 'jsonl'))).toEqual({
    image: 'a.png',
    ...verdict,
  });
  expect(JSON.parse(lineOf({ image: 'a.png', error: 'x' }, 'jsonl'))).toEqual({ image: 'a.png', error: 'x' });
});
