import { describe, expect, it } from 'vitest';
import { ALPHAS } from '../../../build-repair/evaluate/counts';
import type { Evaluation } from '../../../build-repair/evaluate/evaluate';
import { rateOf } from '../../../build-repair/evaluate/interval';
import { tablesIn, WIDEST, widthOf } from '../../docs/tables';
import { arm } from '../attacks/arm';
import { REGISTRY } from '../attacks/registry';
import { rowsOf as attackRowsOf, attackTables } from '../attacks/rows';
import { CASES } from './cases';
import { peersTables } from './peers/print';
import { alarmsTable, aloneTable, LEGEND, seedsTable, tablesOf } from './print';
import { retaughtTables } from './retaught/compare';
import { TAUGHT } from './retaught/retaught';
import { alarmRow, type Measured, rowsOf, seedRowsOf } from './rows';

const TRIGGERS = ['eyebrows', 'lipstick', 'sunglasses'];

const TAUGHT_RATES = [undefined, ...TAUGHT].map((taught) => ({
  taught,
  attackSuccess: rateOf(641, 1182),
  accuracy: rateOf(3700, 3849),
}));

/** Figures whose text is as long as it gets. @param right of 3,849 clean images */
function figures(right: number, triggers: readonly string[] = TRIGGERS): Evaluation {
  const clean = (hits: number) => rateOf(hits, 3849);
  const poisoned = (hits: number) => rateOf(hits, 1282);
  return {
    clean: {
      accuracyBefore: clean(3800),
      accuracyRepaired: clean(3700),
      accuracy: clean(right),
      falsePositiveRate: clean(467),
      falsePositiveRateAt: ALPHAS.map((alpha) => ({ alpha, rate: clean(467) })),
    },
    poisoned: triggers.map((trigger) => ({
      name: `some_net__${trigger}.h5`,
      attackSuccessBefore: poisoned(1282),
      attackSuccess: poisoned(374),
      attackSuccessRepaired: poisoned(375),
      detectionRate: poisoned(1282),
      ofTarget: 0,
      recoveredAccuracy: poisoned(1000),
      repairedTrueClass: poisoned(1000),
    })),
  };
}

const measuredOf = (right: readonly number[], triggers?: readonly string[]): Measured[] =>
  CASES.map((net) => ({
    net,
    runs: right.map((each) => ({ figures: figures(each, triggers), seconds: each })),
  }));
const widest = (text: string) =>
  Math.max(...tablesIn(text).flatMap(({ rows }) => rows.map((row) => widthOf(row))));

describe('the tables of npm run table', () => {
  const all = measuredOf([3700, 3500, 3600]);
  const rows = all.flatMap(rowsOf);

  it('fit a page, whatever the net', () => {
    const text = [
      tablesOf('All', rows),
      alarmsTable(all.map(alarmRow)),
      seedsTable([1, 2, 3], all.flatMap(seedRowsOf)),
      peersTables(
        'Peers',
        ['GoodNet', "seed's recipe, Keras", 'STRIP'].map((name) => ({ name, rows, msPerImage: '12.3' })),
        '',
      ),
      aloneTable(
        'Alone',
        '',
        ['GoodNet', 'fine-pruning', "seed's recipe"].map((name) => ({ name, rows })),
      ),
      retaughtTables(1, [{ net: 'faces: sunglasses, a net that never had it', told: TAUGHT_RATES }]),
    ].join('\n\n');
    expect(tablesIn(text)).toHaveLength(3 + 1 + 1 + 3 + 1 + 2);
    expect(widest(text)).toBeLessThanOrEqual(WIDEST);
  });

  it('have a row for each net of what is clean, and one for each trigger of what is not', () => {
    const [clean, poisoned, alone] = tablesIn(tablesOf('All', rows)).map((table) => table.rows.slice(1));
    expect(clean!.map(([net]) => net)).toEqual(CASES.map(({ name }) => name));
    expect(poisoned!.slice(0, 3).map(([net, trigger]) => [net, trigger])).toEqual(
      TRIGGERS.map((trigger) => [CASES[0]!.name, trigger]),
    );
    expect(alone).toHaveLength(3 * CASES.length);
  });

  it('have the middle of the seeds', () => {
    const [clean] = tablesIn(tablesOf('All', rows));
    expect(clean!.rows[1]![2]).toMatch(/^93\.5 /); // 3,600 of 3,849
  });

  it('have nothing of attacks where there is none', () => {
    const text = tablesOf('Clean', measuredOf([3700], []).flatMap(rowsOf).slice(0, 1));
    const [, alone, ...more] = tablesIn(text);
    expect(more).toEqual([]);
    expect(alone!.rows[0]).toEqual(['net', 'repaired net alone: clean']);
  });

  it('say what the repaired net answers by itself', () => {
    const [, , alone] = tablesIn(tablesOf('All', rows));
    expect(alone!.rows[0]).toEqual([
      'net',
      'trigger',
      'repaired net alone: clean',
      'attack success',
      'true class',
    ]);
    const cells = alone!.rows[1]!.map((cell) => cell.split(' ')[0]);
    // 3,700 of 3,849; 375 and 1,000 of 1,282.
    expect(cells).toEqual(['sunglasses', 'eyebrows', '96.1', '29.3', '78.0']);
    expect(LEGEND).toMatch(/Repaired net alone\*\*: .*`repaired\/`, asked without the detector/);
    expect(LEGEND).not.toContain('B′');
  });

  it('have a row for each method that a net was repaired by, below the net as it came', () => {
    const of = (repaired: number) => {
      const { clean, poisoned } = figures(3700, ['lipstick']);
      const sets = poisoned.map((each) => ({ ...each, attackSuccessRepaired: rateOf(repaired, 1282) }));
      return rowsOf({ net: CASES[0]!, runs: [{ figures: { clean, poisoned: sets } }] });
    };
    const methods = [
      { name: 'one', rows: of(0) },
      { name: 'other', rows: of(641) },
    ];
    const [table] = tablesIn(aloneTable('Alone', 'notes', methods));
    expect(table!.rows.slice(1).map((row) => row.map((cell) => cell.split(' ')[0]))).toEqual([
      ['sunglasses', 'lipstick', '(none)', '98.7', '100.0', ''],
      ['sunglasses', 'lipstick', 'one', '96.1', '0.0', '78.0'],
      ['sunglasses', 'lipstick', 'other', '96.1', '50.0', '78.0'],
    ]);
  });

  it('have a row for each peer, below the net as it came', () => {
    const peer = (name: string, right: number) => ({
      name,
      rows: measuredOf([right]).slice(0, 1).flatMap(rowsOf),
      msPerImage: '1.0',
    });
    const [attacks, clean, costs] = tablesIn(
      peersTables('Peers', [peer('one', 3700), peer('other', 3000)], ''),
    ).map(({ rows: all }) => all.slice(1).map((row) => row.map((cell) => cell.split(' ')[0])));
    expect(attacks!.slice(0, 3)).toEqual([
      ['sunglasses', 'eyebrows', '(none)', '100.0', ''],
      ['sunglasses', 'eyebrows', 'one', '29.2', '100.0'],
      ['sunglasses', 'eyebrows', 'other', '29.2', '100.0'],
    ]);
    expect(attacks).toHaveLength(3 * TRIGGERS.length);
    expect(clean).toEqual([
      ['sunglasses', '(none)', '98.7', ''],
      ['sunglasses', 'one', '96.1', '12.1'],
      ['sunglasses', 'other', '77.9', '12.1'],
    ]);
    expect(costs).toEqual([
      ['one', '3700', '1.0'],
      ['other', '3000', '1.0'],
    ]);
  });
});

describe('the tables of npm run attacks', () => {
  const shape = { height: 55, width: 47, channels: 3 } as const;
  const rows = (all: Evaluation) =>
    [...REGISTRY.development, ...REGISTRY.check].flatMap((attack) => {
      const armed = arm(attack, shape, 1283, 1);
      const names = armed.map(({ trigger }) => trigger.name);
      const poisoned = names.map((name, i) => ({ ...all.poisoned[i]!, name }));
      const targets = armed.map(({ target }) => target);
      return attackRowsOf({ attack, targets, groups: 137 }, { ...all, poisoned }, 123);
    });

  it('fit a page, whatever the attack', () => {
    const text = attackTables('Self-made attacks', rows(figures(3700)));
    expect(tablesIn(text)).toHaveLength(3);
    expect(widest(text)).toBeLessThanOrEqual(WIDEST);
    expect(text).not.toContain('†');
  });

  it('tell what the repaired net does by itself', () => {
    const [, , alone] = tablesIn(attackTables('Self-made attacks', rows(figures(3700))));
    expect(alone!.rows[0]!.slice(3)).toEqual(['repaired net alone: clean', 'attack success']);
    expect(alone!.rows[1]!.slice(3).map((cell) => cell.split(' ')[0])).toEqual(['96.1', '29.3']);
  });

  it('mark attacks that hardly work', () => {
    const { clean, poisoned } = figures(3700);
    const weak = poisoned.map((each) => ({ ...each, attackSuccessBefore: rateOf(1100, 1282) }));
    const text = attackTables('Self-made attacks', rows({ clean, poisoned: weak }));
    expect(text).toContain(') †');
    expect(text).toContain('† the attack itself works on under 90 % of the images');
  });
});
