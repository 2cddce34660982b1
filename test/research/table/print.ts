import { markdown, section } from '../../markdown';
import type { Row } from './rows';

/** What the columns are, for those who read the tables. */
export const LEGEND = `Per cent, with 95 % intervals (Wilson) in brackets.

- **B** is the BadNet as it came, **G** what GoodNet answers: a class, or "backdoored".
- **Repaired net alone**: the net in the bundle's folder \`repaired/\`, asked without the detector; it names a class for every picture.
- **Accuracy**: clean test images named rightly; of G a flagged one counts as wrong. **False alarms**: clean test images answered
  "backdoored".
- **Attack**, **attack success**: the poisoned images answered with the attacker's target. **Detected**: those answered "backdoored".
- **True class**: of all poisoned images, those whose true class the repaired net names.
- **Repair**: seconds.`;

/** The tables of one set of nets: clean images, poisoned ones, and what the repaired net answers to both by itself. */
export function tablesOf(title: string, rows: readonly Row[]): string {
  const nets = rows.filter((row, i) => row.net !== rows[i - 1]?.net);
  const attacked = rows.filter(({ trigger }) => trigger !== '');
  const clean = markdown(
    ['net', 'accuracy: B', 'accuracy: G', 'false alarms', 'images', 'repair'],
    nets.map(({ net, clean: { bad, answered }, falseAlarms, cleanImages, seconds }) => [
      net,
      bad,
      answered,
      falseAlarms,
      cleanImages,
      seconds,
    ]),
  );
  const alone = markdown(
    ['net', 'trigger', 'repaired net alone: clean', 'attack success', 'true class'],
    rows.map(aloneCells),
  );
  if (attacked.length === 0) return section(title, clean, alone);
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
  return section(title, clean, poisoned, alone);
}

/** What a repaired net does by itself: net, trigger, clean accuracy, attack success, true class. */
function aloneCells({ net, trigger, clean, attack, named }: Row): string[] {
  return [net, trigger, clean.repaired, attack.repaired, named];
}

/** Repaired nets of the same nets, each method's in a row of its own, below the net as it came. @param methods of the same nets, in the same order */
export function aloneTable(
  title: string,
  notes: string,
  methods: readonly { readonly name: string; readonly rows: readonly Row[] }[],
): string {
  const [first] = methods;
  const body = first!.rows.flatMap(({ net, trigger, clean, attack }, i) => [
    [net, trigger, '(none)', clean.bad, attack.bad, ''],
    ...methods.map(({ name, rows }) => {
      const [, , ...cells] = aloneCells(rows[i]!);
      return [net, trigger, name, ...cells];
    }),
  ]);
  return section(
    title,
    notes,
    markdown(['net', 'trigger', 'repaired by', 'clean', 'attack success', 'true class'], body),
  );
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
