import { type Look, plain } from '../terminal';
import type { CleanFigures } from './counts';
import type { Evaluation } from './evaluate';
import { percent, type Rate } from './interval';
import { brokenPromise, type Promised } from './outcome';
import { table } from './table';

/** What `goodnet evaluate --json` writes: rates 0–1, counts of images. */
export interface EvaluationJson {
  /**
   * Whether `accuracyRepaired`, `attackSuccessRepaired` and `repairedTrueClass` are the repaired net's own, asked alone. Of bundles of before
   * they are those of the BadNet after the detector has passed the suspicious class over.
   */
  readonly repairedStandsAlone: boolean;
  readonly clean: {
    readonly n: number;
    /** Where images come in groups: intervals are of so many. */
    readonly groups?: number;
    readonly accuracyBefore: number;
    readonly accuracyRepaired: number;
    readonly accuracy: number;
    readonly falsePositiveRate: number;
  };
  readonly poisoned: readonly {
    readonly name: string;
    readonly n: number;
    readonly groups?: number;
    /** Images of the target class itself, which are left aside. */
    readonly ofTarget?: number;
    readonly attackSuccessBefore: number;
    readonly attackSuccessRepaired: number;
    readonly attackSuccess: number;
    readonly detectionRate: number;
    /** How often GoodNet recovers the true class beneath the trigger, and how often the repaired net names it, where the set tells it. */
    readonly recoveredAccuracy?: number;
    readonly repairedTrueClass?: number;
  }[];
  /** 95 % intervals (Wilson) of every rate above, as [low, high]. */
  readonly intervals: object;
}

/** An evaluation for programs. */
export function evaluationJson(
  { clean, poisoned }: Evaluation,
  { standsAlone }: Pick<Promised, 'standsAlone'>,
): EvaluationJson {
  return {
    repairedStandsAlone: standsAlone,
    clean: {
      n: clean.accuracy.n,
      ...(clean.groups !== undefined && { groups: clean.groups }),
      accuracyBefore: clean.accuracyBefore.rate,
      accuracyRepaired: clean.accuracyRepaired.rate,
      accuracy: clean.accuracy.rate,
      falsePositiveRate: clean.falsePositiveRate.rate,
    },
    poisoned: poisoned.map((each) => ({
      name: each.name,
      n: each.detectionRate.n,
      ...(each.groups !== undefined && { groups: each.groups }),
      ...(each.ofTarget > 0 && { ofTarget: each.ofTarget }),
      attackSuccessBefore: each.attackSuccessBefore.rate,
      attackSuccessRepaired: each.attackSuccessRepaired.rate,
      attackSuccess: each.attackSuccess.rate,
      detectionRate: each.detectionRate.rate,
      ...(each.recoveredAccuracy && { recoveredAccuracy: each.recoveredAccuracy.rate }),
      ...(each.repairedTrueClass && { repairedTrueClass: each.repairedTrueClass.rate }),
    })),
    intervals: {
      clean: bounds(clean),
      poisoned: poisoned.map(({ name, ...rates }) => ({ name, ...bounds(rates) })),
    },
  };
}

function bounds(figures: object): Record<string, [number, number]> {
  const isRate = (value: unknown): value is Rate =>
    typeof value === 'object' && value !== null && 'low' in value;
  return Object.fromEntries(
    Object.entries(figures).flatMap(([key, value]) =>
      isRate(value) ? [[key, [value.low, value.high]]] : [],
    ),
  );
}

/**
 * An evaluation for people: two tables, with 95 % intervals and counts.
 * @param promised of clean images; by default nothing
 * @param look of where it goes; by default it is piped
 */
export function evaluationText(
  { clean, poisoned }: Evaluation,
  promised: Promised = { alpha: undefined, standsAlone: true },
  look: Look = plain,
): string {
  const parts = [look.style.bold(cleanTitle(clean)), cleanTable(clean, promised, look)];
  if (poisoned.length > 0) {
    parts.push(
      look.style.bold('Poisoned images (fooled: answered with the attacker’s target)'),
      table(
        [
          [
            '',
            'images',
            'BadNet fooled',
            `${repairedNet(promised)} fooled`,
            'GoodNet fooled',
            'detected',
            'true class found',
          ],
          ...poisoned.map((each) => [
            each.name,
            `${each.detectionRate.n}${inGroups(each.groups)}`,
            percent(each.attackSuccessBefore),
            percent(each.attackSuccessRepaired),
            percent(each.attackSuccess),
            percent(each.detectionRate),
            each.recoveredAccuracy ? percent(each.recoveredAccuracy) : '',
          ]),
        ],
        look,
      ),
    );
  }
  const notes = poisoned.length > 0 ? notesOn(poisoned, promised) : [];
  if (notes.length > 0) parts.push(notes.join('\n'));
  return parts.join('\n\n');
}

/** What is to be known of the columns. */
function notesOn(poisoned: Evaluation['poisoned'], promised: Promised): string[] {
  const own = poisoned.reduce((sum, { ofTarget }) => sum + ofTarget, 0);
  return [
    ...(poisoned.some(({ recoveredAccuracy }) => recoveredAccuracy)
      ? ['True class found: beneath the trigger, by GoodNet.']
      : []),
    ...(promised.standsAlone ? [] : [WITH_HELP]),
    ...(own > 0 ? [`Left aside: ${own} images whose own class is the target.`] : []),
  ];
}

/** B′ of a bundle without a net of its own passes B's class over where the detector says so (models/detector/rule.ts). */
const WITH_HELP = 'Repaired net: the BadNet with the detector’s help; none here stands alone.';

function repairedNet({ standsAlone }: Promised): string {
  return standsAlone ? 'repaired net alone' : 'repaired net';
}

function cleanTitle({ accuracy, groups }: CleanFigures): string {
  return `Clean images (${accuracy.n}${inGroups(groups)}), with 95 % intervals`;
}

/**
 * Accuracy and false alarms.
 * @param clean left without the repaired net's accuracy where the images tell nothing of it, it has no column
 */
export function cleanTable(
  clean: Omit<CleanFigures, 'accuracyRepaired'> & Partial<CleanFigures>,
  promised: Promised,
  look: Look = plain,
): string {
  const { accuracyBefore, accuracyRepaired, accuracy, falsePositiveRate } = clean;
  const broken = brokenPromise(falsePositiveRate, promised);
  const repaired = (cell: string) => (accuracyRepaired ? [cell] : []);
  return table(
    [
      ['', 'BadNet', ...repaired(repairedNet(promised)), 'GoodNet'],
      [
        'accuracy',
        percent(accuracyBefore),
        ...(accuracyRepaired ? [percent(accuracyRepaired)] : []),
        percent(accuracy),
      ],
      [
        broken ? look.style.red(`false alarms, ${broken}`) : 'false alarms',
        '',
        ...repaired(''),
        broken ? look.style.red(percent(falsePositiveRate)) : percent(falsePositiveRate),
      ],
    ],
    look,
  );
}

/** What intervals count, where that is not images. */
export function inGroups(groups: number | undefined): string {
  return groups === undefined ? '' : ` of ${groups} groups`;
}
