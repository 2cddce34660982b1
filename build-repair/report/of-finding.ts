import type { Manifest } from '../../models/bundle/manifest';
import type { ImageShape } from '../../models/images/set';
import { first } from '../../models/present';
import type { JudgesPixels } from '../../models/verdict';
import { type RecoveredTrigger, stampPixels } from '../finding/trigger';
import { readTriggerPng } from '../finding/trigger-png';
import { evidenceOf, howItIsDecided } from '../finding/words';
import type { Examples } from './examples';
import type { Answered, Finding, FindingTarget, PatternShown } from './types';

type Kept = NonNullable<Manifest['finding']>;

/**
 * A bundle's finding for the report, its patterns tried on a clean picture each.
 * @param read the bytes of a file of the bundle
 * @param samples clean pictures with their verdicts
 * @param goodnet the bundle, to be asked
 * @returns undefined where nothing was asked about B
 */
export async function findingOf(
  { finding, classNames, input }: Manifest,
  read: (path: string) => Uint8Array,
  samples: Examples | undefined,
  goodnet: JudgesPixels | undefined,
): Promise<Finding | undefined> {
  if (!finding) return undefined;
  const targets: FindingTarget[] = [];
  for (const target of finding.targets)
    targets.push(await targetOf(target, classNames, input, read, samples, goodnet));
  return { backdoored: finding.backdoored, how: howItIsDecided(finding), targets };
}

async function targetOf(
  target: Kept['targets'][number],
  classNames: Manifest['classNames'],
  shape: ImageShape,
  read: (path: string) => Uint8Array,
  samples: Examples | undefined,
  goodnet: JudgesPixels | undefined,
): Promise<FindingTarget> {
  const patternPng = read(target.trigger);
  const pattern = await readTriggerPng(patternPng, shape);
  return {
    class: target.class,
    name: classNames?.[target.class],
    level: target.level,
    rate: target.rate,
    evidence: evidenceOf(target),
    patternPng,
    shown: pattern && samples && goodnet && (await show(pattern, target.class, shape, samples, goodnet)),
  };
}

/** A clean picture of another class, named rightly, that the pattern turns to the class; where it turns none, the first. */
async function show(
  pattern: RecoveredTrigger,
  target: number,
  { channels }: ImageShape,
  samples: Examples,
  goodnet: JudgesPixels,
): Promise<PatternShown | undefined> {
  const others = samples
    .of('right')
    .filter(({ label, verdict }) => label !== target && verdict.bad.class !== target);
  let other: PatternShown | undefined;
  for (const { pixels, verdict } of others) {
    const stamped = stampPixels(pattern, Float32Array.from(pixels), channels);
    const said = first(await goodnet.classify(stamped, 1));
    const shown = {
      clean: { pixels, ...answersOf(verdict) },
      stamped: { pixels: Uint8Array.from(stamped, Math.round), ...answersOf(said) },
    };
    if (said.bad.class === target) return shown;
    other ??= shown;
  }
  return other;
}

function answersOf(verdict: {
  readonly bad: { readonly class: number };
  readonly class: number;
}): Omit<Answered, 'pixels'> {
  return { bad: verdict.bad.class, answer: verdict.class };
}
