import type { Evaluation } from './evaluate';
import { percent, type Rate } from './interval';

/** What `goodnet evaluate --json` writes: rates 0–1, counts of images. */
export interface EvaluationJson {
  readonly clean: {
    readonly n: number;
    readonly accuracyBefore: number;
    readonly accuracyRepaired: number;
    readonly accuracy: number;
    readonly falsePositiveRate: number;
  };
  readonly poisoned: readonly {
    readonly name: string;
    readonly n: number;
    readonly attackSuccessBefore: number;
    readonly attackSuccessRepaired: number;
    readonly attackSuccess: number;
    readonly detectionRate: number;
    readonly recoveredAccuracy?: number;
  }[];
  /** 95 % intervals (Wilson) of every rate above, as [low, high]. */
  readonly intervals: object;
}

/** An evaluation for programs. */
export function evaluationJson({ clean, poisoned }: Evaluation): EvaluationJson {
  return {
    clean: {
      n: clean.accuracy.n,
      accuracyBefore: clean.accuracyBefore.rate,
      accuracyRepaired: clean.accuracyRepaired.rate,
      accuracy: clean.accuracy.rate,
      falsePositiveRate: clean.falsePositiveRate.rate,
    },
    poisoned: poisoned.map((each) => ({
      name: each.name,
      n: each.detectionRate.n,
      attackSuccessBefore: each.attackSuccessBefore.rate,
      attackSuccessRepaired: each.attackSuccessRepaired.rate,
      attackSuccess: each.attackSuccess.rate,
      detectionRate: each.detectionRate.rate,
      ...(each.recoveredAccuracy && { recoveredAccuracy: each.recoveredAccuracy.rate }),
    })),
    intervals: {
      clean: bounds(clean),
      poisoned: poisoned.map(({ name, ...rates }) => ({ name, ...bounds(rates) })),
    },
  };
}

function bounds(rates: object): Record<string, [number, number]> {
  const entries = Object.entries(rates) as [string, Rate | undefined][];
  return Object.fromEntries(entries.flatMap(([key, rate]) => (rate ? [[key, [rate.low, rate.high]]] : [])));
}

/** An evaluation for people: two tables, with 95 % intervals and counts. */
export function evaluationText({ clean, poisoned }: Evaluation): string {
  const parts = [
    `Clean images (${clean.accuracy.n}), with 95 % intervals`,
    table([
      ['', 'B', "B'", 'G'],
      ['accuracy', percent(clean.accuracyBefore), percent(clean.accuracyRepaired), percent(clean.accuracy)],
      ['answered "backdoored"', '', '', percent(clean.falsePositiveRate)],
    ]),
  ];
  if (poisoned.length > 0) {
    parts.push(
      'Poisoned images',
      table([
        ['', 'images', 'attack success: B', "B'", 'G', 'detected', "B' names the true class"],
        ...poisoned.map((each) => [
          each.name,
          String(each.detectionRate.n),
          percent(each.attackSuccessBefore),
          percent(each.attackSuccessRepaired),
          percent(each.attackSuccess),
          percent(each.detectionRate),
          each.recoveredAccuracy ? percent(each.recoveredAccuracy) : '',
        ]),
      ]),
    );
  }
  return parts.join('\n\n');
}

/** Columns side by side: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('   ')
      .trimEnd();
  const [head, ...body] = rows;
  return [line(head!), widths.map((width) => '─'.repeat(width)).join('───'), ...body.map(line)].join('\n');
}
