import type { Evaluation } from '../../build-repair/evaluate/evaluate';
import { table } from '../../build-repair/evaluate/format';
import { percent, type Rate } from '../../build-repair/evaluate/interval';

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
  'false alarms',
  'clean / poisoned',
] as const;

const short = (rate: Rate) => percent(rate).replace(' %', '');

/** A row for each poisoned set, or one for the clean figures alone. */
export function rowsOf(net: string, method: string, { clean, poisoned }: Evaluation): string[][] {
  const start = (trigger: string) => [
    trigger ? `${net}, ${trigger}` : net,
    method,
    short(clean.accuracyBefore),
    short(clean.accuracy),
    short(clean.accuracyRepaired),
  ];
  if (poisoned.length === 0) {
    return [[...start(''), '', '', '', '', short(clean.falsePositiveRate), String(clean.accuracy.n)]];
  }
  return poisoned.map((each) => [
    ...start(each.name.replace(/^.*__|\.h5$/g, '')),
    short(each.attackSuccessBefore),
    short(each.attackSuccess),
    short(each.attackSuccessRepaired),
    short(each.detectionRate),
    short(clean.falsePositiveRate),
    `${clean.accuracy.n} / ${each.detectionRate.n}`,
  ]);
}

/** A table with its title; all rates in per cent with 95 % intervals. */
export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  console.log(`\n${title}\n\n${table([HEAD, ...rows])}`);
}

/** Clean images answered "backdoored" at several α, of one net. */
export function alarmRow(net: string, { clean }: Evaluation): string[] {
  return [net, ...clean.falsePositiveRateAt.map(({ rate }) => short(rate)), String(clean.accuracy.n)];
}

/** What each α gave on clean test images; the rate that was promised is the column's. */
export function printAlarms(rows: readonly (readonly string[])[]): void {
  const head = ['net', 'α = 0.5 %', '1 %', '2 %', '5 %', 'clean images'];
  console.log(`\nFalse alarms on clean test images\n\n${table([head, ...rows])}`);
}
