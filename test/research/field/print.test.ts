import { describe, expect, it } from 'vitest';
import { figuresOf } from './figures';
import { fewTable, fieldTables } from './print';
import type { Scores } from './scores';

const many = (n: number, value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));

/** Of 100 clean images `alarms` are flagged at 1 %; of 50 poisoned ones, of 60 asked, `found`. */
function scores(found: number, alarms: number): Scores {
  return {
    clean: { suspicion: many(100, (i) => i), pValue: many(100, (i) => (i < alarms ? 0.005 : 0.5)) },
    poisoned: [
      {
        name: 'net__sunglasses.h5',
        asked: 60,
        suspicion: many(50, (i) => (i < found ? 200 : 49.5)),
        pValue: many(50, (i) => (i < found ? 0.01 : 0.04)),
      },
    ],
  };
}

describe('figures of a detector', () => {
  it('count images on which the attack works, at both rates', () => {
    const { triggers, alarms } = figuresOf(scores(40, 2), undefined);
    const [{ trigger, works, found, auroc }] = triggers as [(typeof triggers)[number]];
    expect(trigger).toBe('sunglasses');
    expect([works.hits, works.n]).toEqual([50, 60]);
    expect(found.map(({ rate }) => rate)).toEqual([0.8, 1]);
    expect(auroc.area).toBeCloseTo(0.8 + 0.2 / 2, 12);
    expect(alarms.map(({ rate }) => rate)).toEqual([0.02, 0.02]);
  });

  it('have the intervals of groups, where there are some', () => {
    const [all, groups] = [undefined, 5].map((each) => figuresOf(scores(40, 2), each).alarms[0]!);
    expect(groups!.rate).toBe(all!.rate);
    expect(groups!.high).toBeGreaterThan(2 * all!.high);
  });
});

describe('the tables of the field', () => {
  it('have what GoodNet misses most first, whatever peers find', () => {
    const of = (found: number) => figuresOf(scores(found, 1), undefined);
    const text = fieldTables(
      ['GoodNet', 'peer'],
      [
        { net: 'easy', figures: [of(50), of(10)] },
        { net: 'hard', figures: [of(10), of(50)] },
      ],
    );
    const found = text.split('\n').filter((line) => /^\| (easy|hard)/.test(line));
    expect(found.map((line) => line.split(' ')[1])).toEqual(many(5, () => 0).flatMap(() => ['hard', 'easy']));
    expect(found[0]).toMatch(/hard +\| sunglasses +\| +20\.0 \(\d.*\| +100\.0 \(.*\| +50 \| +83\.3/);
    expect(text).toContain('### AUROC');
  });

  it('say in words where nothing was promised, or measured', () => {
    const figures = figuresOf(scores(40, 9), undefined);
    const text = fewTable([
      {
        net: 'some',
        few: '5 a class',
        images: 50,
        promised: 0.05,
        figures,
        words: ['One per cent can’t be told.'],
      },
      {
        net: 'none',
        few: '2 a class',
        images: 20,
        promised: undefined,
        figures: undefined,
        words: ['Too few.'],
      },
    ]);
    const [none, some] = text.split('\n').filter((line) => /^\| (none|some)/.test(line));
    expect(none).toMatch(/none .*– +\| withheld +\| withheld +\| withheld/);
    expect(some).toMatch(/0\.900 .*\| withheld +\| withheld +\| 100\.0 .*\| 9\.0 \(/);
    expect(text).toContain('- some, 5 a class: One per cent can’t be told.');
    expect(text).toContain('- none, 2 a class: Too few.');
  });

  it('call false alarms above what was promised where their interval is', () => {
    const figures = figuresOf(scores(40, 9), undefined);
    const text = fewTable([{ net: 'a', few: 'b', images: 50, promised: 0.01, figures, words: [] }]);
    expect(text).toMatch(/9\.0 \(\d+\.\d–\d+\.\d\), above/);
    expect(text).not.toContain('What repair says');
  });
});
