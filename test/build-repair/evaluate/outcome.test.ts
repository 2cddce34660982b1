import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../../build-repair/evaluate/evaluate';
import { cleanTable, evaluationText } from '../../../build-repair/evaluate/format';
import { rateOf } from '../../../build-repair/evaluate/interval';
import { outcomeLines, promisedBy } from '../../../build-repair/evaluate/outcome';
import { table } from '../../../build-repair/evaluate/table';
import { lookOf } from '../../../build-repair/terminal';
import { plainDiscriminant } from '../../plain-discriminant';

const PROMISED = { alpha: 0.01, standsAlone: false };
const ALONE = { ...PROMISED, standsAlone: true };
const terminal = (columns: number, env = {}) => lookOf({ isTTY: true, columns }, env);
const ESC = '\u001b[';

function evaluation(
  sets: readonly (readonly [string, before: number, now: number])[],
  alarms = 2,
): Evaluation {
  const rate = (hits: number) => rateOf(hits, 1000);
  return {
    clean: {
      accuracyBefore: rate(981),
      accuracyRepaired: rate(985),
      accuracy: rate(979),
      falsePositiveRate: rate(alarms),
      falsePositiveRateAt: [],
    },
    poisoned: sets.map(([name, before, now]) => ({
      name,
      attackSuccessBefore: rate(before),
      attackSuccessRepaired: rate(now),
      attackSuccess: rate(now),
      detectionRate: rate(1000 - now),
      ofTarget: 0,
      recoveredAccuracy: rate(850),
      repairedTrueClass: rate(700),
    })),
  };
}

describe('the outcome', () => {
  test('in words, without symbols', () => {
    expect(outcomeLines(evaluation([['a.h5', 991, 0]]), PROMISED)).toEqual([
      'The trigger worked on 99 % of the images; now on 0 %.',
      'Clean accuracy 98.1 → 97.9 %.',
      'False alarms: 0.2 % of clean images (promised: 1 % on average).',
    ]);
  });

  test('a sentence a set, none without', () => {
    const [first, second] = outcomeLines(
      evaluation([
        ['a.h5', 991, 0],
        ['b.h5', 983, 4],
      ]),
      PROMISED,
    );
    expect(first).toBe('a.h5: the trigger worked on 99 % of the images; now on 0 %.');
    expect(second).toBe('b.h5: the trigger worked on 98 % of the images; now on 0.4 %.');
    expect(outcomeLines(evaluation([]), PROMISED)[0]).toMatch(/^Clean accuracy/);
  });

  test('claims neither all nor none where it was nearly so', () => {
    expect(outcomeLines(evaluation([['a', 998, 1000]]), PROMISED)[0]).toContain(
      'on 99.8 % of the images; now on 100 %',
    );
  });

  test('false alarms above the promise are marked in words, and in colour', () => {
    const broken = evaluation([], 30);
    const { style } = terminal(160);
    expect(outcomeLines(broken, PROMISED)[1]).toBe(
      'False alarms: 3.0 % of clean images, above the promised 1 %.',
    );
    expect(outcomeLines(broken, PROMISED, terminal(160))[1]).toContain(style.red('above the promised 1 %'));
    expect(evaluationText(broken, PROMISED)).toContain('false alarms, above the promised 1 %');
    // The interval of 14 in a thousand reaches below 1 %.
    expect(evaluationText(evaluation([], 14), PROMISED)).not.toContain('above');
    expect(outcomeLines(broken, { alpha: undefined }).join()).not.toMatch(/promised/);
  });

  test('they come first, with their interval, where the likely cause is known', () => {
    const [first, ...others] = outcomeLines(evaluation([['a', 991, 3]], 30), PROMISED, undefined, 'frames');
    expect(first).toBe(
      'False alarms: 3.0 % of clean images (95 %: 2.1–4.3), above the promised 1 %. Likely cause: frames.',
    );
    expect(others).toHaveLength(2);
    expect(others.join()).not.toContain('False alarms');
  });

  test('marks tell what succeeded on a terminal only', () => {
    const figures = evaluation([
      ['a', 991, 3],
      ['b', 991, 700],
      ['c', 10, 5],
    ]);
    const marked = outcomeLines(figures, PROMISED, terminal(160, { NO_COLOR: '1' }));
    expect(marked.map((line) => line[0])).toEqual(['✓', '✗', ' ', ' ', '✓']);
    expect(outcomeLines(figures, PROMISED).join()).not.toMatch(/[✓✗]/);
  });

  test('a method that is not calibrated promises nothing', () => {
    const nets = { bad: 'bad', repaired: { folder: 'repaired' } };
    const promised = { alpha: undefined, standsAlone: true };
    expect(promisedBy({ rule: { kind: 'disagreement' }, alpha: 0.01, nets })).toEqual(promised);
  });

  test('a bundle of before has no repaired net that stands alone', () => {
    const rule = { kind: 'calibrated' as const, first: plainDiscriminant(['forgetting']), passOver: 0.02 };
    const bundle = { rule, alpha: 0.01 };
    const relearned = { folder: 'relearned' };
    expect(promisedBy({ ...bundle, nets: { bad: 'bad', relearned } })).toEqual(PROMISED);
    const nets = { bad: 'bad', relearned, repaired: { folder: 'repaired' } };
    expect(promisedBy({ ...bundle, nets })).toEqual(ALONE);
  });
});

describe('the tables', () => {
  const figures = evaluation([
    ['poisoned_sunglasses.h5', 991, 0],
    ['poisoned_lipstick.h5', 983, 4],
  ]);

  test('are wide where they fit, and stacked below 100 columns or their width', () => {
    const wide = evaluationText(figures, PROMISED, terminal(160, { NO_COLOR: '1' }));
    expect(wide).toMatch(/^accuracy +98\.1 % \(97\.1–98\.8\) +98\.5 %/m);
    expect(wide).toBe(evaluationText(figures, PROMISED));
    const narrow = evaluationText(figures, PROMISED, terminal(80, { NO_COLOR: '1' }));
    expect(narrow).toMatch(
      /^poisoned_sunglasses\.h5\n {2}images +1000\n {2}BadNet fooled +99\.1 % \(98\.3–99\.5\)\n/m,
    );
    expect(narrow).toMatch(/^false alarms\n {2}GoodNet +0\.2 %/m);
    for (const line of narrow.split('\n')) expect(line.length, line).toBeLessThan(80);
    // 110 columns are enough for one table, not for the other.
    const middle = evaluationText(figures, PROMISED, terminal(110, { NO_COLOR: '1' }));
    expect(middle).toMatch(/^accuracy +98\.1 %/m);
    expect(middle).toMatch(/^ {2}BadNet fooled/m);
    for (const line of middle.split('\n')) expect(line.length, line).toBeLessThan(110);
  });

  test('name nets by words, and tell whether the repaired net had help', () => {
    const [helped, alone] = [PROMISED, ALONE].map((each) => evaluationText(figures, each)) as [
      string,
      string,
    ];
    for (const text of [helped, alone]) expect(text).not.toMatch(/\b[BG]\b|B['′]/);
    expect(helped).toMatch(/^Repaired net: the BadNet with the detector’s help; none here stands alone\.$/m);
    expect(helped).toMatch(/^True class found: beneath the trigger, by GoodNet\.$/m);
    expect(helped).not.toContain('repaired net alone');
    expect(alone).not.toContain('help');
    expect(alone).toMatch(/BadNet +repaired net alone +GoodNet$/m);
    expect(alone).toMatch(/BadNet fooled +repaired net alone fooled +GoodNet fooled/);
    expect(alone).toMatch(/^True class found: beneath the trigger, by GoodNet\.$/m);
  });

  test('leave the repaired net out where the images tell nothing of it', () => {
    const { accuracyRepaired: _, ...others } = figures.clean;
    const [head, , accuracy] = cleanTable(others, ALONE).split('\n');
    expect(head!.trim().split(/ {2,}/)).toEqual(['BadNet', 'GoodNet']);
    expect(accuracy).toMatch(/98\.1 % .*97\.9 %/);
    expect(accuracy).not.toContain('98.5');
  });

  test('have colours on a terminal only', () => {
    for (const columns of [80, 160]) {
      expect(evaluationText(figures, PROMISED, terminal(columns))).toContain(ESC);
      expect(evaluationText(figures, PROMISED, terminal(columns, { NO_COLOR: '1' }))).not.toContain(ESC);
    }
    expect(evaluationText(evaluation([['a', 991, 0]], 30), PROMISED)).not.toContain(ESC);
  });

  test('stand in columns whatever is written in them', () => {
    const { style } = terminal(160);
    const lines = table([
      ['set', 'images'],
      ['写真.h5', '12'],
      ['plain.h5', style.red('7')],
    ]).split('\n');
    expect(lines[2]).toBe('写真.h5        12');
    expect(lines[3]).toBe(`plain.h5        ${style.red('7')}`);
  });
});
