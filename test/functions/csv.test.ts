import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { headOf, lineOf } from '../../build-repair/screen/rows';
import type { ModelInfo } from '../../functions/client';
import { CSV_HEAD, csvLine } from '../../functions/csv';
import { csvOf } from '../../functions/page/csv';
import type { Result } from '../../functions/page/results';

const verdict = {
  class: 43,
  backdoored: true,
  pValue: 0.001,
  suspicion: -0.5,
  answer: { class: 5, probability: 0.9 },
  bad: { class: 5, probability: 0.9 },
  repaired: { class: 2, probability: 0.5 },
};
const by = { model: 'signs', alpha: 0.01 };
const NAMES = ['a.png', 'a, "b".png', '=cmd().png', ' ＝x.png', 'two\nlines; one.png'];

test('the page’s download and `goodnet screen` write the same bytes', () => {
  const model = { model: by.model } as ModelInfo;
  const results = NAMES.flatMap((name): Result[] => [
    { name, model, alpha: by.alpha, outcome: { name, ...verdict, className: '+stop' } },
    { name, model, alpha: by.alpha, outcome: { name, error: { title: '@no image' } } as never },
  ]);
  const rows = NAMES.flatMap((image) => [
    lineOf({ image, verdict, className: '+stop' }, 'csv', by),
    lineOf({ image, error: '@no image' }, 'csv', by),
  ]);
  expect(csvOf(results)).toBe(headOf('csv') + rows.join(''));
});

test('a cell a column, and a line a row', () => {
  expect(CSV_HEAD).toBe(
    'image,model,alpha,class,className,backdoored,pValue,suspicion,badClass,badProbability,repairedClass,repairedProbability,error\n',
  );
  expect(csvLine({ image: 'a.png', ...by, verdict })).toBe(
    'a.png,signs,0.01,43,,true,0.001,-0.5,5,0.9,2,0.5,\n',
  );
  expect(csvLine({ image: 'a, "b".png', ...by, error: 'cut\nshort' })).toBe(
    '"a, ""b"".png",signs,0.01,,,,,,,,,,"cut\nshort"\n',
  );
});

test('no cell is a formula, however it begins; a number stays one', () => {
  const imageOf = (image: string) => csvLine({ image, ...by }).replace(/,signs,0\.01,+\n$/, '');
  for (const sign of ['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
    expect(imageOf(`${sign}1`)).toBe(`'${sign}1`);
    for (const blank of [' ', '  ', '\u00a0', '\u3000', '\t', '\r', '\n'])
      expect(imageOf(`${blank}${sign}1`)).toMatch(
        new RegExp(`^"?'${blank}${sign === '+' ? '\\+' : sign}1"?$`),
      );
  }
  for (const blank of ['\t', '\r', '\n']) expect(imageOf(`${blank}a`)).toBe(`"'${blank}a"`);
  // Where cells are parted by semicolons, the second half would be a cell of its own.
  expect(imageOf('a;=1')).toBe('"a;=1"');
  expect(imageOf('a=1')).toBe('a=1');
  expect(csvLine({ image: 'a', ...by, verdict }).split(',')[7]).toBe('-0.5');
});

test('it brings nothing of Node.js into the page', async () => {
  const { metafile } = await build({
    entryPoints: ['functions/csv.ts'],
    bundle: true,
    platform: 'browser',
    write: false,
    metafile: true,
  });
  expect(Object.keys(metafile.inputs)).toEqual(['functions/csv.ts']);
});
