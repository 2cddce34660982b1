import type { Level } from '../../models/bundle/levels';
import type { Manifest } from '../../models/bundle/manifest';
import { list } from '../list';

type KeptFinding = NonNullable<Manifest['finding']>;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What a finding comes to, in two sentences for everybody. @param classNames by class, of targets that don't bring theirs */
export function findingOutcome(
  {
    backdoored,
    targets,
  }: Pick<KeptFinding, 'backdoored'> & {
    readonly targets: readonly {
      readonly class: number;
      readonly name?: string | undefined;
      readonly level?: Level | undefined;
    }[];
  },
  classNames?: readonly string[],
): [string, string] {
  if (!backdoored)
    return ['No sign of a backdoor.', 'That does not clear the net: some backdoors are missed.'];
  const named = list(
    targets.map(({ class: each, name, level }) => nameOf(each, name ?? classNames?.[each], level)),
  );
  const many = targets.length > 1;
  return [
    `Signs of a backdoor toward ${named}.`,
    `${many ? 'Some of them' : 'It'} may be innocent all the same, and others may be missed.`,
  ];
}

/** The lines that a finding's details are told in. */
export function findingLines(finding: KeptFinding, classNames?: readonly string[]): string[] {
  const { score, limit, tried, targets } = finding;
  return [
    `Search for a trigger: ${tried} classes tried, highest score ${score.toFixed(2)} (above ${limit} is a sign)`,
    ...targets.map(
      (target) =>
        `  ${nameOf(target.class, classNames?.[target.class], target.level)}: score ${target.score.toFixed(2)}; ${target.trigger} turns ${percent(target.rate)} of clean images to it`,
    ),
  ];
}

/** `class 5`, with a name of its own and how sure it is `class 5 (Alice, near certain)`. @param level bundles of before have none */
export function nameOf(each: number, name: string | undefined, level?: Level): string {
  const more = [...(name === undefined || name === String(each) ? [] : [name]), ...(level ? [level] : [])];
  return more.length === 0 ? `class ${each}` : `class ${each} (${more.join(', ')})`;
}

/** How a finding was come to, and what its score means. */
export function howItIsDecided({ score, limit, tried, targets }: KeptFinding): string {
  const how = `Toward each of ${tried} classes a pattern was searched that turns clean pictures to it, and tried on other pictures: on the net, and on a copy of it that has forgotten what its classes look like, but not a backdoor. A class's score tells how surely both name it under the pattern, how far its weights in the last layer stand out, or how much surer the net can be made of it than of other classes: whichever speaks the most for it. Clean nets that we tried stay below ${limit}; the highest score here is ${score.toFixed(2)}.`;
  return targets.some(({ level }) => level) ? `${how} ${LEVELS_IN_WORDS}` : how;
}

/** What the levels of classes mean, in two sentences. */
const LEVELS_IN_WORDS =
  'A class is near certain where a pattern, or its weights, and how sure the net can be made of it tell it both. It is possible where one of these tells it alone: some such classes are innocent.';

/** What a possible target was told by. Of bundles of before, which scored otherwise, nothing is said of weights. */
export function evidenceOf({ area, score, signature, standsOut }: KeptFinding['targets'][number]): string {
  const weights =
    signature === undefined
      ? ''
      : `; its last weights stand ${signature.toFixed(1)} deviations above the median class’s`;
  // Up to three classes may stand out together.
  const margins =
    standsOut !== undefined && standsOut > 1
      ? '; some picture makes the net far surer of it than any makes it of nearly all other classes that were tried'
      : '';
  return `The pattern covers ${percent(area)} of the picture; score ${score.toFixed(2)}${weights}${margins}.`;
}
