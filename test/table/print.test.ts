import { describe, expect, it } from 'vitest';
import { ALPHAS } from '../../build-repair/evaluate/counts';
import type { Evaluation } from '../../build-repair/evaluate/evaluate';
import { rateOf } from '../../build-repair/evaluate/interval';
import { arm } from '../attacks/arm';
import { REGISTRY } from '../attacks/registry';
import { rowsOf as attackRowsOf, attackTables } from '../attacks/rows';
import { tablesIn, WIDEST, widthOf } from '../docs/tables';
import { CASES } from './cases';
import { peersTables } from './peers/print';
import { alarmsTable, LEGEND, seedsTable, tablesOf } from './print';
import { alarmRow, type Measured, rowsOf, seedRowsOf } from './rows';

const TRIGGERS = ['eyebrows', 'lipstick', 'sunglasses'];

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
        ['GoodNet', "seed's recipe", 'STRIP'].map((name) => ({ name, rows, msPerImage: '12.3' })),
        '',
      ),
    ].join('\n\n');
    expect(tablesIn(text)).toHaveLength(3 + 1 + 1 + 5);
    expect(widest(text)).toBeLessThanOrEqual(WIDEST);
  });

  it('have a row for each net of what is clean, and one for each trigger of what is not', () => {
    const [clean, poisoned, passedOver] = tablesIn(tablesOf('All', rows)).map((table) => table.rows.slice(1));
    expect(clean!.map(([net]) => net)).toEqual(CASES.map(({ name }) => name));
    expect(poisoned!.slice(0, 3).map(([net, trigger]) => [net, trigger])).toEqual(
      TRIGGERS.map((trigger) => [CASES[0]!.name, trigger]),
    );
    expect(passedOver).toHaveLength(3 * CASES.length);
  });

  it('have the middle of the seeds', () => {
    const [clean] = tablesIn(tablesOf('All', rows));
    expect(clean!.rows[1]![2]).toMatch(/^93\.5 /); // 3,600 of 3,849
  });

  it('have nothing of attacks where there is none', () => {
    const text = tablesOf('Clean', measuredOf([3700], []).flatMap(rowsOf).slice(0, 1));
    expect(tablesIn(text)).toHaveLength(1);
  });

  it('say that B′ is no net by itself', () => {
    expect(LEGEND).toContain('after the detector has passed the target over');
  });

  it('have each peer in a column of its own', () => {
    const peer = (name: string, right: number) => ({
      name,
      rows: measuredOf([right]).slice(0, 1).flatMap(rowsOf),
      msPerImage: '1.0',
    });
    const [attacks, clean] = tablesIn(peersTables('Peers', [peer('one', 3700), peer('other', 3000)], ''));
    expect(attacks!.rows[0]).toEqual(['trigger', 'net', 'BadNet', 'one', 'other']);
    expect(clean!.rows[1]!.map((cell) => cell.split(' ')[0])).toEqual(['sunglasses', '98.7', '96.1', '77.9']);
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

  it('mark attacks that hardly work', () => {
    const { clean, poisoned } = figures(3700);
    const weak = poisoned.map((each) => ({ ...each, attackSuccessBefore: rateOf(1100, 1282) }));
    const text = attackTables('Self-made attacks', rows({ clean, poisoned: weak }));
    expect(text).toContain(') †');
    expect(text).toContain('† the attack itself works on under 90 % of the images');
  });
});
