import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExpertNet } from '../../models/detector/nets';
import { first } from '../../models/present';
import { Random } from '../../models/random';
import type { RepairContext } from '../context';
import { candidateClasses } from './candidates';
import { searchPatches, searchShapes } from './invert';
import { largestMargins } from './largest-margins';
import { LIMIT } from './limit';
import { type EvidenceScores, jointScore, levelOf } from './net-evidence/joint';
import { largestScores } from './net-evidence/largest';
import { patchScore } from './net-evidence/patch';
import { shapeScore } from './net-evidence/shape';
import { gainsUnderPatches } from './patches';
import { chooseTargets } from './targets';
import { areaOf, type RecoveredTrigger, type TriggerKind } from './trigger';
import { Twins } from './twins';
import type { Finding, FoundTarget, Recovered } from './types';
import { marginsTogether, usualMargin } from './usual';
import { verify } from './verify';
import { weightSignature } from './weight-signature';

/** Classes drawn at random beside the candidates. Origin: chosen by hand; not varied. */
const DRAWN = 2;
/** Clean images that a recovered trigger is verified on. Origin: chosen by hand; not varied. */
const HELD = 128;
/**
 * A trigger that turns fewer images is shown where no other turns more.
 * Origin: chosen by hand; it decides which trigger is shown, not what is found.
 */
const LEAST_RATE = 0.5;

/**
 * Looks for a backdoor in B. Toward each candidate class and some drawn at random the trigger that turns B the most is
 * searched, among shapes of one colour and among small patches of any colours, and verified with clean images that were
 * not searched on, on B and on E. Each kind of evidence that comes of it, and of the largest margins, is a module of evidence/; a class's score is
 * that of the kind that speaks the most for it.
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
  const twins = new Twins(bad, expert, context.memory);
  try {
    const tried = await tryClasses(context, bad, twins);
    const targets = chooseTargets(tried, LIMIT);
    return {
      backdoored: targets.length > 0,
      score: first(tried).score,
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
  const order = new Random(context.seed, 'finding images').permutation(context.images.count);
  const half = Math.ceil(order.length / 2);
  const images = order.subarray(0, half);
  const held = order.subarray(half, half + HELD);
  const { gains, patches } = await gainsUnderPatches(context, twins, images);
  const classes = await classesToTry(context, twins, signature, gains);
  const usual = usualMargin(context, twins, held);
  const starts = classes.map((each) => patches[each]!);
  const shapes = await searchShapes(context, twins, classes, images);
  const searched = await searchPatches(context, twins, classes, starts, images);
  const largest = largestScores(await largestMargins(context, twins, classes));
  const recover = async (trigger: RecoveredTrigger, each: number): Promise<Recovered> => {
    const verified = await verify(context, twins, trigger, each, held);
    return { trigger, margins: marginsTogether(verified, usual), ...verified };
  };
  const recovered: FoundTarget['recovered'][] = [];
  for (const [k, each] of classes.entries())
    recovered.push({
      shape: await recover(shapes[k]!, each),
      patch: await recover(searched[k]!, each),
    });
  const tried = classes.map((each, k) =>
    targetOf(each, recovered[k]!, signature[each]!, {
      patch: patchScore(recovered[k]!.patch),
      shape: shapeScore(recovered[k]!.shape, signature[each]!, context.classes),
      largest: largest[k]!,
    }),
  );
  return tried.sort((a, b) => b.score - a.score || a.class - b.class);
}

async function classesToTry(
  context: RepairContext,
  twins: Twins,
  signature: Float64Array,
  gains: Float64Array,
): Promise<number[]> {
  const chosen = new Set(await candidateClasses(context, twins, { signature, gains }));
  const drawn = new Random(context.seed, 'finding controls').permutation(context.classes);
  const wanted = chosen.size + DRAWN;
  for (const each of drawn) if (chosen.size < wanted) chosen.add(each);
  return [...chosen];
}

function targetOf(
  each: number,
  recovered: FoundTarget['recovered'],
  signature: number,
  scores: EvidenceScores,
): FoundTarget {
  const found = (Object.entries(recovered) as [TriggerKind, Recovered][]).map(([kind, each]) => ({
    ...each,
    score: scores[kind] ?? 0,
  }));
  const best = highest(found, (of) => of.score);
  const { rate, trigger } = best.rate >= LEAST_RATE ? best : highest(found, (of) => of.rate);
  const area = areaOf(trigger.mask);
  const score = jointScore(scores);
  return { class: each, rate, score, scores, level: levelOf(scores), signature, area, trigger, recovered };
}

function highest<T>(items: readonly T[], of: (item: T) => number): T {
  return items.reduce((a, b) => (of(b) > of(a) ? b : a));
}
