import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExpertNet } from '../../models/detector/nets';
import { Random } from '../../models/random';
import type { RepairContext } from '../repair/context';
import { candidateClasses } from './candidates';
import { invertTriggers } from './invert';
import { marginsTogether, scoreOf, usualMargin } from './score';
import { weightSignature } from './signature';
import { areaOf, type RecoveredTrigger, type TriggerKind } from './trigger';
import { Twins } from './twins';
import { type Verified, verify } from './verify';

/** The trigger of one kind that was recovered for a class, and what it does. */
export interface Recovered extends Verified {
  readonly kind: TriggerKind;
  readonly trigger: RecoveredTrigger;
  /** Mean logit margins of B and of E together, in units of B's own on clean images. */
  readonly margins: number;
}

/** A class that a backdoor in B leads to. */
export interface FoundTarget {
  readonly class: number;
  /** Share of clean images of other classes, none of them searched on, that the trigger turns to the class on B. */
  readonly rate: number;
  /** The evidence over what clean nets stay below: above 1 is a sign. */
  readonly score: number;
  /** How far the class's weights lie above those of other classes, in robust standard deviations. */
  readonly signature: number;
  /** Share of the picture that the trigger covers, 0–1. */
  readonly area: number;
  readonly trigger: RecoveredTrigger;
  /** One of each kind. */
  readonly recovered: readonly Recovered[];
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

/** Classes drawn at random beside the candidates. */
const DRAWN = 2;
const STEPS = 50;
/** Clean images that a recovered trigger is verified on. */
const HELD = 128;
/** A trigger that turns fewer images is shown where no other turns more. */
const LEAST_RATE = 0.5;
const KINDS: readonly TriggerKind[] = [
  { area: 0.1, colours: 'one' },
  { area: 0.03, colours: 'free' },
];
/** A score above this is a sign of a backdoor. */
export const LIMIT = 1;

/**
 * Looks for a backdoor in B. Toward each candidate class and some drawn at random the trigger that turns B the most is
 * searched, among triggers of one colour and among small ones of any colours, and verified with clean images that were
 * not searched on, on B and on E. E has forgotten what classes look like, but not a backdoor: a trigger that resembles a
 * class turns B alone, the attacker's turns both. The evidence is the mean logit margin of both at the class, in units
 * of B's margin on clean images, with the signature of the class's weights; or a signature that is beyond all others.
 * @param bad B, flat, logits first
 * @param expert E
 * @throws whatever the context's signal was aborted with
 */
export async function findBackdoor(
  context: RepairContext,
  bad: LayersModel,
  expert: ExpertNet,
): Promise<Finding> {
  const started = performance.now();
  const twins = new Twins(bad, expert);
  try {
    const tried = await tryClasses(context, bad, twins);
    const targets = tried.filter(({ score }) => score > LIMIT);
    return {
      backdoored: targets.length > 0,
      score: tried[0]!.score,
      limit: LIMIT,
      targets,
      tried,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    twins.dispose();
  }
}

async function tryClasses(context: RepairContext, bad: LayersModel, twins: Twins): Promise<FoundTarget[]> {
  const signature = weightSignature(bad, context.classes);
  const classes = await classesToTry(context, twins, signature);
  const order = new Random(context.seed, 'finding images').permutation(context.images.count);
  const half = Math.ceil(order.length / 2);
  const images = order.subarray(0, half);
  const held = order.subarray(half, half + HELD);
  const usual = usualMargin(context, twins, held);
  const recovered: Recovered[][] = classes.map(() => []);
  for (const [i, kind] of KINDS.entries()) {
    const stage = `Searching triggers, ${i + 1} of ${KINDS.length}`;
    const triggers = await invertTriggers(context, twins, { classes, kind, images, steps: STEPS, stage });
    for (const [k, trigger] of triggers.entries()) {
      const verified = await verify(context, twins, trigger, classes[k]!, held);
      const margins = marginsTogether(verified, usual);
      recovered[k]!.push({ kind, trigger, margins, ...verified });
    }
  }
  return classes
    .map((each, k) => targetOf(each, recovered[k]!, signature[each]!, context.classes))
    .sort((a, b) => b.score - a.score || a.class - b.class);
}

async function classesToTry(
  context: RepairContext,
  twins: Twins,
  signature: Float64Array,
): Promise<number[]> {
  const chosen = new Set(await candidateClasses(context, twins, signature));
  const drawn = new Random(context.seed, 'finding controls').permutation(context.classes);
  const wanted = chosen.size + DRAWN;
  for (const each of drawn) if (chosen.size < wanted) chosen.add(each);
  return [...chosen];
}

function targetOf(
  each: number,
  recovered: readonly Recovered[],
  signature: number,
  classes: number,
): FoundTarget {
  const best = recovered.reduce((a, b) => (b.margins > a.margins ? b : a));
  const shown = best.rate >= LEAST_RATE ? best : recovered.reduce((a, b) => (b.rate > a.rate ? b : a));
  const { rate, trigger } = shown;
  const score = scoreOf(best.margins, signature, classes);
  return { class: each, rate, score, signature, area: areaOf(trigger.mask), trigger, recovered };
}
