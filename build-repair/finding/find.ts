import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExpertNet } from '../../models/detector/nets';
import { Random } from '../../models/random';
import type { RepairContext } from '../context';
import { candidateClasses } from './candidates';
import { searchPatches, searchShapes } from './invert';
import { largestMargins } from './largest-margins';
import { LIMIT } from './limit';
import { leaningsUnderPatches } from './patches';
import { chooseTargets, marginsTogether, scoreOf, standingOut, usualMargin } from './score';
import { weightSignature } from './signature';
import { areaOf, type RecoveredTrigger } from './trigger';
import { Twins } from './twins';
import type { Finding, FoundTarget, Recovered } from './types';
import { verify } from './verify';

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
    const targets = chooseTargets(tried, LIMIT);
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
  const order = new Random(context.seed, 'finding images').permutation(context.images.count);
  const half = Math.ceil(order.length / 2);
  const images = order.subarray(0, half);
  const held = order.subarray(half, half + HELD);
  const { gains, patches } = await leaningsUnderPatches(context, twins, images);
  const classes = await classesToTry(context, twins, signature, gains);
  const usual = usualMargin(context, twins, held);
  const starts = classes.map((each) => patches[each]!);
  const shapes = await searchShapes(context, twins, classes, images);
  const searched = await searchPatches(context, twins, classes, starts, images);
  const out = standingOut(await largestMargins(context, twins, classes));
  const recover = async (trigger: RecoveredTrigger, each: number): Promise<Recovered> => {
    const verified = await verify(context, twins, trigger, each, held);
    return { trigger, margins: marginsTogether(verified, usual), ...verified };
  };
  const tried: FoundTarget[] = [];
  for (const [k, each] of classes.entries()) {
    const recovered = { shape: await recover(shapes[k]!, each), patch: await recover(searched[k]!, each) };
    tried.push(targetOf(each, recovered, out[k]!, signature[each]!, context.classes));
  }
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
  standsOut: number,
  signature: number,
  classes: number,
): FoundTarget {
  const score = scoreOf(recovered, signature, classes);
  const { shape, patch } = recovered;
  const most = patch.rate > shape.rate ? patch : shape;
  const best = recovered[score.kind];
  const shown = best.rate >= LEAST_RATE ? best : most;
  const { rate, trigger } = shown;
  const area = areaOf(trigger.mask);
  const value = Math.max(score.value, standsOut);
  return { class: each, rate, score: value, standsOut, signature, area, trigger, recovered };
}
