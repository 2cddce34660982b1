import { markdown, section } from '../markdown';
import type { Row } from './rows';

/** What the columns are, for those who read the tables. */
export const LEGEND = `Per cent, with 95 % intervals (Wilson) in brackets.

- **B** is the BadNet as it came, **G** what GoodNet answers: a class, or "backdoored".
- **B′** is what GoodNet names where somebody wants a class at any price: the answer after the detector has passed the target over. It is
  no net that stands alone: the one in the bundle's folder \`relearned/\`, asked without the detector, still follows the trigger.
- **Accuracy**: clean test images named rightly; of G a flagged one counts as wrong. **False alarms**: clean test images answered
  "backdoored".
- **Attack**: attack success, the poisoned images answered with the attacker's target. **Detected**: those answered "backdoored".
- **True class**: of all poisoned images, those whose true class B′ names.
- **Repair**: seconds.`;

/** The tables of one set of nets: clean images, poisoned ones, and what B′ says of these. */
export function tablesOf(title: string, rows: readonly Row[]): string {
  const nets = rows.filter((row, i) => row.net !== rows[i - 1]?.net);
  const attacked = rows.filter(({ trigger }) => trigger !== '');
  const clean = markdown(
    ['net', 'accuracy: B', 'accuracy: G', 'accuracy: B′', 'false alarms', 'images', 'repair'],
    nets.map(({ net, clean: { bad, answered, repaired }, falseAlarms, cleanImages, seconds }) => [
      net,
      bad,
      answered,
      repaired,
      falseAlarms,
      cleanImages,
      seconds,
    ]),
  );
  if (attacked.length === 0) return section(title, clean);
  const poisoned = markdown(
    ['net', 'trigger', 'attack: B', 'attack: G', 'detected', 'images'],
    attacked.map(({ net, trigger, attack, detected, poisonedImages }) => [
      net,
      trigger,
      attack.bad,
      attack.answered,
      detected,
      poisonedImages,
    ]),
  );
  const passedOver = markdown(
    ['net', 'trigger', 'attack: B′', 'true class: B′'],
    attacked.map(({ net, trigger, attack, named }) => [net, trigger, attack.repaired, named]),
  );
  return section(title, clean, poisoned, passedOver);
}

/** False alarms at several α. */
export function alarmsTable(rows: readonly (readonly string[])[]): string {
  return section(
    'False alarms on clean test images',
    markdown(['net', 'α = 0.5 %', '1 %', '2 %', '5 %', 'images'], rows),
  );
}

/** What each seed gave. */
export function seedsTable(seeds: readonly number[], rows: readonly (readonly string[])[]): string {
  return section(
    `Each seed (${seeds.join(', ')})`,
    markdown(['net', 'trigger', 'accuracy: G', 'false alarms', 'detected'], rows),
  );
}
