import { byGroups, type Rate } from '../../../build-repair/evaluate/interval';
import { short } from '../../markdown';
import type { TableCase } from './cases';
import type { Run } from './work';

/** The runs of one net by one method, a seed each. */
export interface Measured {
  readonly net: TableCase;
  readonly runs: readonly Run[];
}

/** What was measured of one trigger of a net, ready to print; of a net without one, `trigger` and what is poisoned are ''. */
export interface Row {
  readonly net: string;
  readonly trigger: string;
  /** Clean accuracy of B, of what GoodNet answers, and of the repaired net alone. */
  readonly clean: { readonly bad: string; readonly answered: string; readonly repaired: string };
  readonly falseAlarms: string;
  readonly cleanImages: string;
  /** Attack success on the same three. */
  readonly attack: { readonly bad: string; readonly answered: string; readonly repaired: string };
  readonly detected: string;
  /** How often the repaired net alone names the true class. */
  readonly named: string;
  readonly poisonedImages: string;
  /** Of the repair. */
  readonly seconds: string;
}

const NO_ATTACK = {
  attack: { bad: '', answered: '', repaired: '' },
  trigger: '',
  detected: '',
  named: '',
  poisonedImages: '',
};

/** The middle one of several seeds' rates; of two, the lower. */
export function medianOf(rates: readonly Rate[]): Rate {
  return [...rates].sort((a, b) => a.rate - b.rate)[(rates.length - 1) >> 1]!;
}

/** A row for each trigger, or one for the clean figures alone; each figure is the median of the seeds. Of signs, intervals count these. */
export function rowsOf({ net, runs }: Measured): Row[] {
  const middle = (of: (run: Run) => Rate) => short(byGroups(medianOf(runs.map(of)), net.groups));
  const times = runs.flatMap((run) => run.seconds ?? []).sort((a, b) => a - b);
  const { clean, poisoned } = runs[0]!.figures;
  const ofNet = {
    net: net.name,
    clean: {
      bad: middle(({ figures }) => figures.clean.accuracyBefore),
      answered: middle(({ figures }) => figures.clean.accuracy),
      repaired: middle(({ figures }) => figures.clean.accuracyRepaired),
    },
    falseAlarms: middle(({ figures }) => figures.clean.falsePositiveRate),
    cleanImages: String(clean.accuracy.n),
    seconds: times.length > 0 ? times[(times.length - 1) >> 1]!.toFixed(0) : '',
  };
  if (poisoned.length === 0) return [{ ...ofNet, ...NO_ATTACK }];
  return poisoned.map(({ name, detectionRate, repairedTrueClass }, i) => {
    const of = (run: Run) => run.figures.poisoned[i]!;
    return {
      ...ofNet,
      trigger: triggerOf(name),
      attack: {
        bad: middle((run) => of(run).attackSuccessBefore),
        answered: middle((run) => of(run).attackSuccess),
        repaired: middle((run) => of(run).attackSuccessRepaired),
      },
      detected: middle((run) => of(run).detectionRate),
      named: repairedTrueClass ? middle((run) => of(run).repairedTrueClass!) : '',
      poisonedImages: String(detectionRate.n),
    };
  });
}

/** What each seed gave, of the figures that matter most: net, trigger, clean accuracy of G, false alarms, detection. */
export function seedRowsOf({ net, runs }: Measured): string[][] {
  const all = (of: (run: Run) => Rate) => runs.map((run) => (100 * of(run).rate).toFixed(1)).join(' ');
  const clean = [
    all(({ figures }) => figures.clean.accuracy),
    all(({ figures }) => figures.clean.falsePositiveRate),
  ];
  const { poisoned } = runs[0]!.figures;
  if (poisoned.length === 0) return [[net.name, '', ...clean, '']];
  return poisoned.map(({ name }, i) => [
    net.name,
    triggerOf(name),
    ...clean,
    all(({ figures }) => figures.poisoned[i]!.detectionRate),
  ]);
}

/** Clean images answered "backdoored" at several α, of one net. */
export function alarmRow({ net, runs }: Measured): string[] {
  const { falsePositiveRateAt, accuracy } = runs[0]!.figures.clean;
  const cells = falsePositiveRateAt.map((_, i) => {
    const rate = medianOf(runs.map(({ figures }) => figures.clean.falsePositiveRateAt[i]!.rate));
    return short(byGroups(rate, net.groups));
  });
  const counted = net.groups ? `${accuracy.n} of ${net.groups} signs` : String(accuracy.n);
  return [net.section === 'tiles' ? `${net.name} (tiles)` : net.name, ...cells, counted];
}

function triggerOf(file: string): string {
  return file.replace(/^.*__|\.h5$/g, '');
}
