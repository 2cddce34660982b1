import { table } from '../../build-repair/evaluate/format';
import { byGroups, percent, type Rate } from '../../build-repair/evaluate/interval';
import type { Method } from '../../models/bundle/manifest';
import type { Run, TableCase } from './cases';

/** The runs of one net by one method, a seed each. */
export interface Measured {
  readonly net: TableCase;
  readonly method: Method;
  readonly runs: readonly Run[];
}

/** The head of every table: before is B, after is G. */
export const HEAD = [
  'net, trigger',
  'method',
  'clean: B',
  'G',
  "B'",
  'attack success: B',
  'G',
  "B'",
  'detected',
  "B' names the person",
  'false alarms',
  'clean / poisoned',
] as const;

const short = (rate: Rate) => percent(rate).replace(' %', '');

/** The middle one of several seeds' rates; of two, the lower. */
export function medianOf(rates: readonly Rate[]): Rate {
  return [...rates].sort((a, b) => a.rate - b.rate)[(rates.length - 1) >> 1]!;
}

/** A row for each poisoned set, or one for the clean figures alone; each figure is the median of the seeds. Of signs, intervals count these. */
export function rowsOf({ net, method, runs }: Measured): string[][] {
  const middle = (of: (run: Run) => Rate) => short(byGroups(medianOf(runs.map(of)), net.groups));
  const seconds = runs.flatMap((run) => run.seconds ?? []).sort((a, b) => a - b);
  const took = seconds.length > 0 ? ` (${seconds[(seconds.length - 1) >> 1]!.toFixed(0)} s)` : '';
  const start = (trigger: string) => [
    trigger ? `${net.name}, ${trigger}` : net.name,
    method + took,
    middle(({ figures }) => figures.clean.accuracyBefore),
    middle(({ figures }) => figures.clean.accuracy),
    middle(({ figures }) => figures.clean.accuracyRepaired),
  ];
  const { clean, poisoned } = runs[0]!.figures;
  const alarms = middle(({ figures }) => figures.clean.falsePositiveRate);
  if (poisoned.length === 0) {
    return [[...start(''), '', '', '', '', '', alarms, String(clean.accuracy.n)]];
  }
  return poisoned.map(({ name, detectionRate, recoveredAccuracy }, i) => {
    const of = (run: Run) => run.figures.poisoned[i]!;
    return [
      ...start(name.replace(/^.*__|\.h5$/g, '')),
      middle((run) => of(run).attackSuccessBefore),
      middle((run) => of(run).attackSuccess),
      middle((run) => of(run).attackSuccessRepaired),
      middle((run) => of(run).detectionRate),
      recoveredAccuracy ? middle((run) => of(run).recoveredAccuracy!) : '',
      alarms,
      `${clean.accuracy.n} / ${detectionRate.n}`,
    ];
  });
}

/** What each seed gave, of the figures that matter most: clean accuracy of G, false alarms, detection of each trigger. */
export function seedRowOf({ net, runs }: Measured): string[] {
  const all = (of: (run: Run) => Rate) => runs.map((run) => (100 * of(run).rate).toFixed(1)).join(' ');
  return [
    net.name,
    all(({ figures }) => figures.clean.accuracy),
    all(({ figures }) => figures.clean.falsePositiveRate),
    runs[0]!.figures.poisoned
      .map(({ name }, i) => {
        const found = all(({ figures }) => figures.poisoned[i]!.detectionRate);
        return `${name.replace(/^.*__|\.h5$/g, '')} ${found}`;
      })
      .join(', '),
  ];
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

/** A table with its title. */
export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  console.log(`\n${title}\n\n${table([head, ...rows])}`);
}
