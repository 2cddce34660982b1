import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { headOf, lineOf } from '../../build-repair/screen/rows';
import { CSV_HEAD, csvLine } from '../../functions/csv';

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

/** What the page downloads, from its own program, as browsers have it. */
async function downloaded(results: object[]): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: ['functions/page/csv.ts'],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
  });
  // Nothing else comes along, of Node.js least of all.
  expect(Object.keys(metafile.inputs).sort()).toEqual(['functions/csv.ts', 'functions/page/csv.ts']);
  const { csvOf } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`);
  return csvOf(results);
}

test('the page’s download and `goodnet screen` write the same bytes', async () => {
  const about = { model: { model: by.model }, alpha: by.alpha };
  const results = NAMES.flatMap((name) => [
    { name, ...about, outcome: { name, ...verdict, className: '+stop' } },
    { name, ...about, outcome: { name, error: { title: '@no image' } } },
  ]);
  const rows = NAMES.flatMap((image) => [
    lineOf({ image, verdict, className: '+stop' }, 'csv', by),
    lineOf({ image, error: '@no image' }, 'csv', by),
  ]);
  expect(await downloaded(results)).toBe(headOf('csv') + rows.join(''));
});

test('CSV has a cell a column, and a line a row', () => {
  expect(CSV_HEAD).toBe(
    'image,model,alpha,class,className,backdoored,pValue,suspicion,badClass,badProbability,repairedClass,repairedProbability,familiarity,unfamiliar,error\n',
  );
  expect(csvLine({ image: 'a.png', ...by, verdict })).toBe(
    'a.png,signs,0.01,43,,true,0.001,-0.5,5,0.9,2,0.5,,,\n',
  );
  const strange = { ...verdict, familiarity: 0.004, unfamiliar: true };
  expect(csvLine({ image: 'a.png', ...by, verdict: strange })).toBe(
    'a.png,signs,0.01,43,,true,0.001,-0.5,5,0.9,2,0.5,0.004,true,\n',
  );
  expect(csvLine({ image: 'a, "b".png', ...by, error: 'cut\nshort' })).toBe(
    '"a, ""b"".png",signs,0.01,,,,,,,,,,,,"cut\nshort"\n',
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
