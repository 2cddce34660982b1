import type { Manifest } from '../../models/bundle/manifest';
import type { Finding as ReportedFinding } from '../report/types';

type KeptFinding = NonNullable<Manifest['finding']>;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What the score means, as a sentence. */
function against({ limit, tried }: KeptFinding): string {
  return `The score counts how many times the smallest trigger of a class is half as large as is usual among the ${tried} classes tried; above ${limit} it is taken for a sign. That limit is provisional: it was not yet set from many clean nets, and triggers are missed.`;
}

/** The lines that a finding is told in. */
export function findingLines(finding: KeptFinding, classNames?: readonly string[]): string[] {
  const nameOf = (each: number) => classNames?.[each] ?? `class ${each}`;
  const { backdoored, score, limit, targets } = finding;
  const scored = `score ${score.toFixed(2)}, limit ${limit}`;
  if (!backdoored)
    return [`No sign of a backdoor in the net (${scored}; experimental: this does not clear it)`];
  return [
    `Signs of a backdoor in the net (${scored}; experimental):`,
    ...targets.map(
      (target) =>
        `  toward ${nameOf(target.class)}: a trigger on ${percent(target.area)} of the picture turns ` +
        `${percent(target.rate)} of clean images (score ${target.score.toFixed(2)}; ${target.trigger})`,
    ),
  ];
}

/** A bundle's finding for the report. @param read the bytes of a file of the bundle */
export function findingForReport(
  finding: KeptFinding,
  classNames: readonly string[] | undefined,
  read: (path: string) => Uint8Array,
): ReportedFinding {
  return {
    backdoored: finding.backdoored,
    score: finding.score,
    against: against(finding),
    targets: finding.targets.map((target) => ({
      class: target.class,
      name: classNames?.[target.class],
      rate: target.rate,
      evidence: `The trigger covers ${percent(target.area)} of the picture; score ${target.score.toFixed(2)}.`,
      triggerPng: read(target.trigger),
    })),
  };
}
