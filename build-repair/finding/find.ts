import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Random } from '../../models/random';
import type { RepairContext } from '../repair/context';
import { type PaintedAnswers, paintedAnswers } from './candidates';
import { invertTriggers } from './invert';
import { areaOf, type RecoveredTrigger } from './trigger';
import { turnRate } from './verify';

/** A class that a backdoor in B leads to. */
export interface FoundTarget {
  readonly class: number;
  /** Share of clean images of other classes, none of them searched on, that the trigger turns to the class on B. */
  readonly rate: number;
  /** The larger of its reach and its smallness, each over what clean nets stay below: above 1 is a sign. */
  readonly score: number;
  /** How far shapes painted on clean images lead B to the class (see PaintedAnswers). */
  readonly reach: number;
  /** Halvings of the trigger's area, against the median of the classes tried; 0 where it turns too few images. */
  readonly smallness: number;
  /** Share of the picture that the trigger covers, 0–1. */
  readonly area: number;
  readonly trigger: RecoveredTrigger;
}

/** Whether B looks backdoored. */
export interface Finding {
  readonly backdoored: boolean;
  /** The highest score of any class tried. */
  readonly score: number;
  /** What it is held against. */
  readonly limit: number;
  /** The surest first; empty where there is no sign of a backdoor. */
  readonly targets: readonly FoundTarget[];
  /** Every class that a trigger was searched toward, the highest score first. */
  readonly tried: readonly FoundTarget[];
  readonly seconds: number;
}

/** Candidates by B's wrong answers, by the expert's, and by what it leans to; classes drawn at random beside them. */
const FROM_BAD = 5;
const FROM_EXPERT = 3;
const RISING = 4;
const DRAWN = 4;
const STEPS = 130;
/** Clean images that a recovered trigger is verified on. */
const HELD = 256;
/** A trigger that turns fewer images is none. */
const LEAST_RATE = 0.5;
/** What clean nets of our own stay below (`npm run findings`; docs/method.md). */
export const MOST_REACH = 38;
export const MOST_SMALLNESS = 1.25;
/** A score above this is a sign of a backdoor. */
export const LIMIT = 1;

/**
 * Looks for a backdoor in B, by two signs. Shapes painted on clean images are now and then enough like a trigger: they
 * then lead images of all classes to the target. And a trigger may be far smaller than what turns images to other
 * classes: the smallest toward each candidate is searched, and toward classes drawn at random, and verified on B with
 * clean images that were not searched on. Candidates are the classes that B and the expert E are led to, or E leans to.
 * @param bad B, flat, logits first
 * @param expert E, flat, ending in logits
 * @throws whatever the context's signal was aborted with
 */
export async function findBackdoor(
  context: RepairContext,
  bad: LayersModel,
  expert: LayersModel,
): Promise<Finding> {
  const started = performance.now();
  const painted = await paintedAnswers(context, bad, expert);
  const classes = classesToTry(context, painted);
  const order = new Random(context.seed, 'finding images').permutation(context.images.count);
  const half = Math.ceil(order.length / 2);
  const triggers = await invertTriggers(context, {
    nets: [bad],
    classes,
    images: order.subarray(0, half),
    steps: STEPS,
    stage: 'Searching triggers',
  });
  const areas = triggers.map(({ mask }) => areaOf(mask));
  const held = order.subarray(half, half + HELD);
  const tried: FoundTarget[] = [];
  for (const [i, trigger] of triggers.entries()) {
    const rate = await turnRate(context, bad, trigger, classes[i]!, held);
    const smallness = rate < LEAST_RATE ? 0 : Math.max(0, Math.log2(median(areas) / areas[i]!));
    const reach = painted.reach[classes[i]!]!;
    const score = Math.max(reach / MOST_REACH, smallness / MOST_SMALLNESS);
    tried.push({ class: classes[i]!, rate, score, reach, smallness, area: areas[i]!, trigger });
  }
  tried.sort((a, b) => b.score - a.score || a.class - b.class);
  const targets = tried.filter(({ score }) => score > LIMIT);
  return {
    backdoored: targets.length > 0,
    score: tried[0]!.score,
    limit: LIMIT,
    targets,
    tried,
    seconds: (performance.now() - started) / 1000,
  };
}

function classesToTry(
  context: RepairContext,
  { bad: byBad, expert: byExpert, rising }: PaintedAnswers,
): number[] {
  const chosen = new Set([
    ...byBad.slice(0, FROM_BAD),
    ...byExpert.slice(0, FROM_EXPERT),
    ...rising.slice(0, RISING),
  ]);
  const drawn = new Random(context.seed, 'finding controls').permutation(context.classes);
  const wanted = chosen.size + DRAWN;
  for (const each of drawn) if (chosen.size < wanted) chosen.add(each);
  return [...chosen];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
