import type { Evaluation } from '../../../build-repair/evaluate/evaluate';
import { byGroups, type Rate } from '../../../build-repair/evaluate/interval';
import { markdown, section, short } from '../../markdown';
import type { LoadedAttack } from './load-attack';

/** What was measured of one trigger, or of a net without one: a row of each of the three tables. */
export interface AttackRow {
  readonly clean: readonly string[];
  /** Empty for a net without a trigger. */
  readonly poisoned: readonly string[];
  readonly repaired: readonly string[];
}

const HEAD: { readonly [of in keyof AttackRow]: readonly string[] } = {
  clean: ['attack', 'used for', 'accuracy: B', 'accuracy: G', 'false alarms', 'repair'],
  poisoned: ['attack', 'trigger', 'attack: B', 'attack: G', 'detected'],
  repaired: ['attack', 'trigger', 'target', 'repaired net alone: clean', 'attack success'],
};

/** An attack that works on fewer images than this share is marked. */
const WORKS = 0.9;

/** A row for each trigger, or one for a clean net. Of signs, intervals count these, not their frames. @param seconds that the repair took */
export function rowsOf(
  { attack, targets, groups }: Pick<LoadedAttack, 'attack' | 'targets' | 'groups'>,
  { clean, poisoned }: Evaluation,
  seconds: number,
): AttackRow[] {
  const rate = (each: Rate) => short(byGroups(each, groups));
  const ofNet = [
    attack.name,
    attack.part,
    rate(clean.accuracyBefore),
    rate(clean.accuracy),
    rate(clean.falsePositiveRate),
    seconds.toFixed(0),
  ];
  const repaired = rate(clean.accuracyRepaired);
  if (poisoned.length === 0) {
    return [{ clean: ofNet, poisoned: [], repaired: [attack.name, '', '', repaired, ''] }];
  }
  return poisoned.map((each, i) => {
    const weak = each.attackSuccessBefore.rate < WORKS ? ' †' : '';
    const start = [attack.name, each.name];
    return {
      clean: ofNet,
      poisoned: [
        ...start,
        rate(each.attackSuccessBefore) + weak,
        rate(each.attackSuccess),
        rate(each.detectionRate),
      ],
      repaired: [...start, targets[i]!, repaired, rate(each.attackSuccessRepaired)],
    };
  });
}

/** The tables of some rows, as Markdown. */
export function attackTables(title: string, rows: readonly AttackRow[]): string {
  const nets = rows.filter(({ clean }, i) => clean[0] !== rows[i - 1]?.clean[0]);
  const attacked = rows.filter(({ poisoned }) => poisoned.length > 0);
  const weak = attacked.some(({ poisoned }) => poisoned.some((cell) => cell.endsWith('†')));
  return section(
    title,
    markdown(
      HEAD.clean,
      nets.map(({ clean }) => clean),
    ),
    attacked.length === 0
      ? ''
      : markdown(
          HEAD.poisoned,
          attacked.map(({ poisoned }) => poisoned),
        ),
    markdown(
      HEAD.repaired,
      rows.map(({ repaired }) => repaired),
    ),
    weak ? `† the attack itself works on under ${100 * WORKS} % of the images: its figures say little.` : '',
  );
}
