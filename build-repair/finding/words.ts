import type { Manifest } from '../../models/bundle/manifest';

type KeptFinding = NonNullable<Manifest['finding']>;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The lines that a finding is told in. */
export function findingLines(finding: KeptFinding, classNames?: readonly string[]): string[] {
  const nameOf = (each: number) => classNames?.[each] ?? `class ${each}`;
  const { backdoored, score, limit, targets } = finding;
  const scored = `score ${score.toFixed(2)}, limit ${limit}`;
  if (!backdoored)
    return [`No sign of a backdoor in the net (${scored}; that does not clear it: some triggers are missed)`];
  return [
    `Signs of a backdoor in the net (${scored}); possible targets, which may be innocent:`,
    ...targets.map(
      (target) =>
        `  ${nameOf(target.class)}: a pattern on ${percent(target.area)} of the picture turns ` +
        `${percent(target.rate)} of clean images to it (score ${target.score.toFixed(2)}; ${target.trigger})`,
    ),
  ];
}

/** How a finding was come to, and what its score means. */
export function howItIsTold({ score, limit, tried }: KeptFinding): string {
  return `Toward each of ${tried} classes a pattern was searched that turns clean pictures to it, and tried on other pictures: on the net, and on a copy of it that has forgotten what its classes look like, but not a backdoor. A class's score tells how surely both name it under the pattern, and how far its weights in the last layer stand out. Clean nets that we tried stay below ${limit}; the highest score here is ${score.toFixed(2)}. Most classes that are named wrongly are near ${limit}.`;
}

/** What a possible target was told by. Of bundles of before, which scored otherwise, nothing is said of weights. */
export function evidenceOf({ area, score, signature }: KeptFinding['targets'][number]): string {
  const weights =
    signature === undefined
      ? ''
      : `; its last weights stand ${signature.toFixed(1)} deviations above the median class’s`;
  return `The pattern covers ${percent(area)} of the picture; score ${score.toFixed(2)}${weights}.`;
}
