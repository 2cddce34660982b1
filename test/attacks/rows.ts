import type { Evaluation } from '../../build-repair/evaluate/evaluate';
import { byGroups, percent, type Rate } from '../../build-repair/evaluate/interval';
import type { LoadedAttack } from './load-attack';

/** The head of the table. */
export const HEAD = [
  'attack, trigger → target',
  'set',
  'used for',
  'B clean',
  'B attack success',
  'detection',
  'false alarms',
  'G clean',
  'G attack success',
  "B' clean",
  "B' attack success",
  'seconds',
] as const;

/** An attack that works on fewer images than this share is marked. */
const WORKS = 0.9;

/** A row for each trigger, or one for a clean net. Of signs, intervals count these, not their frames. @param seconds that the repair took */
export function rowsOf(
  { attack, targets, groups }: Pick<LoadedAttack, 'attack' | 'targets' | 'groups'>,
  { clean, poisoned }: Evaluation,
  seconds: number,
): string[][] {
  const short = (rate: Rate) => percent(byGroups(rate, groups)).replace(' %', '');
  const row = (what: string, success: string, detection: string, left: string, repaired: string) => [
    what,
    attack.set,
    attack.developed ? 'developed on' : 'check',
    short(clean.accuracyBefore),
    success,
    detection,
    short(clean.falsePositiveRate),
    short(clean.accuracy),
    left,
    short(clean.accuracyRepaired),
    repaired,
    seconds.toFixed(0),
  ];
  if (poisoned.length === 0) return [row(attack.name, '', '', '', '')];
  return poisoned.map((each, i) => {
    const weak = each.attackSuccessBefore.rate < WORKS ? ' †' : '';
    return row(
      `${attack.name}, ${each.name} → ${targets[i]}`,
      short(each.attackSuccessBefore) + weak,
      short(each.detectionRate),
      short(each.attackSuccess),
      short(each.attackSuccessRepaired),
    );
  });
}
