import type { Manifest } from '../../models/bundle/manifest';
import type { Finding as ReportedFinding } from '../report/types';
import { list } from '../report/words';

type KeptFinding = NonNullable<Manifest['finding']>;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What the score means, as a sentence. */
function against({ tried }: KeptFinding): string {
  return `${tried} classes were tried. A class's score tells how surely the net, and the expert that has forgotten its clean task, name it under the recovered trigger, and how far its last weights stand out, over what clean nets of our own stay below. Above 1 is a sign; some triggers are missed, so no sign does not clear a net.`;
}

/** Of bundles of before, which scored otherwise, nothing is said of weights. */
function weights(signature: number | undefined): string {
  return signature === undefined
    ? ''
    : `; its last weights stand ${signature.toFixed(1)} deviations above the median class's`;
}

/** What a finding comes to, in two sentences for everybody. */
export function findingOutcome(
  {
    backdoored,
    targets,
  }: Pick<KeptFinding, 'backdoored'> & {
    readonly targets: readonly Pick<KeptFinding['targets'][number], 'class'>[];
  },
  classNames?: readonly string[],
): [string, string] {
  if (!backdoored)
    return ['No sign of a backdoor.', 'That does not clear the net: some backdoors are missed.'];
  const named = list(targets.map(({ class: each }) => nameOf(each, classNames)));
  const many = targets.length > 1;
  return [
    `Signs of a backdoor toward ${named}.`,
    `${many ? 'Possible targets: some' : 'A possible target: it'} may be innocent, and others may be missed.`,
  ];
}

/** The lines that a finding's details are told in. */
export function findingLines(finding: KeptFinding, classNames?: readonly string[]): string[] {
  const { score, limit, tried, targets } = finding;
  return [
    `Search for a trigger: ${tried} classes tried, highest score ${score.toFixed(2)} (above ${limit} is a sign)`,
    ...targets.map(
      (target) =>
        `  ${nameOf(target.class, classNames)}: score ${target.score.toFixed(2)}; ${target.trigger} turns ${percent(target.rate)} of clean images`,
    ),
  ];
}

function nameOf(each: number, classNames: readonly string[] | undefined): string {
  const name = classNames?.[each];
  return name === undefined || name === String(each) ? `class ${each}` : `class ${each} (${name})`;
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
      evidence: `The trigger covers ${percent(target.area)} of the picture; score ${target.score.toFixed(2)}${weights(target.signature)}.`,
      triggerPng: read(target.trigger),
    })),
  };
}
