import type { Manifest } from '../../models/bundle/manifest';
import type { Finding as ReportedFinding } from '../report/types';

type KeptFinding = NonNullable<Manifest['finding']>;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What the score means, as a sentence. */
function against({ tried }: KeptFinding): string {
  return `A class's score is the larger of two signs, each over what clean nets of our own stay below: how far shapes painted on clean images lead the net to it, and how much smaller its smallest trigger is than those of the ${tried} classes tried. Above 1 is a sign; triggers that show neither are missed.`;
}

/** The lines that a finding is told in. */
export function findingLines(finding: KeptFinding, classNames?: readonly string[]): string[] {
  const nameOf = (each: number) => classNames?.[each] ?? `class ${each}`;
  const { backdoored, score, limit, targets } = finding;
  const scored = `score ${score.toFixed(2)}, limit ${limit}`;
  if (!backdoored)
    return [`No sign of a backdoor in the net (${scored}; that does not clear it: some triggers are missed)`];
  return [
    `Signs of a backdoor in the net (${scored}):`,
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
