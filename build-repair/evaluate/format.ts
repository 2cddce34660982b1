import type { Evaluation } from './evaluate';
import { percent, type Rate } from './interval';

/** What `goodnet evaluate --json` writes: rates 0–1, counts of images. */
export interface EvaluationJson {
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

/** An evaluation for people: two tables, with 95 % intervals and counts. */
export function evaluationText({ clean, poisoned }: Evaluation): string {
  const parts = [
    `Clean images (${clean.accuracy.n}${inGroups(clean.groups)}), with 95 % intervals`,
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
          `${each.detectionRate.n}${inGroups(each.groups)}`,
          percent(each.attackSuccessBefore),
          percent(each.attackSuccessRepaired),
          percent(each.attackSuccess),
          percent(each.detectionRate),
          each.recoveredAccuracy ? percent(each.recoveredAccuracy) : '',
        ]),
      ]),
    );
  }
  const own = poisoned.reduce((sum, { ofTarget }) => sum + ofTarget, 0);
  if (own > 0) parts.push(`Left aside: ${own} images whose own class is the target.`);
  return parts.join('\n\n');
}

/** What intervals count, where that is not images. */
export function inGroups(groups: number | undefined): string {
  return groups === undefined ? '' : ` of ${groups} groups`;
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
