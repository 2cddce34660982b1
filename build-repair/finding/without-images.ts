import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Level } from '../../models/bundle/levels';
import { outputsOf, outputsWithin } from '../../models/detector/run';
import { rowsToTrain } from '../../models/nets/rows-at-once';
import { Random } from '../../models/random';
import type { NetContext } from '../context';
import { highestFirst, leadsInNoise } from './candidates';
import { CLASSES_AT_ONCE, largestMargins } from './largest-margins';
import { LIMIT } from './limit';
import { type EvidenceScores, jointScore, levelOf } from './net-evidence/joint';
import { largestScores } from './net-evidence/largest';
import { signatureScore } from './net-evidence/signature';
import type { Twins } from './twins';
import { weightSignature } from './weight-signature';

/**
 * Of nets with more classes than are climbed for at once so many are tried: those whose weights stand out, those that B leans to in noise, and
 * the rest drawn at random, so that there are others to stand out of.
 * Origin: chosen by hand, for time; not varied.
 */
const BY_SIGNATURE = 20;
const BY_NOISE = 10;

/** What is asked of B without E. */
type BadAlone = Pick<Twins, 'bad' | 'badAlone' | 'mostWithGradients'>;

/** What a class shows without any clean image. */
export interface ClassAlone {
  readonly class: number;
  /** The evidence over what clean nets stay below: above 1 is a sign. */
  readonly score: number;
  readonly scores: EvidenceScores;
  readonly level: Level;
}

/** What B shows without any clean image. */
export interface FoundAlone {
  readonly targets: readonly ClassAlone[];
  /** Every class that was tried, the highest score first. */
  readonly tried: readonly ClassAlone[];
}

/**
 * Looks for a backdoor in B alone, without any clean image: the largest margins that pictures reach, climbing from noise, and the signatures
 * of the last weights. No trigger is searched: what turns clean images can't be told without any.
 * @param bad B, flat, logits first
 * @throws whatever the context's signal was aborted with
 */
export async function findWithoutImages(context: NetContext, bad: LayersModel): Promise<FoundAlone> {
  const { classes } = context;
  const net: BadAlone = {
    bad: (input) => outputsOf(bad, input)[0] as ReturnType<Twins['bad']>,
    badAlone: (input) => outputsWithin(bad, input, context.memory)[0] as ReturnType<Twins['bad']>,
    mostWithGradients: rowsToTrain(bad, context.memory),
  };
  const signature = weightSignature(bad, classes);
  const some = classesToTry(context, net, signature);
  const out = largestScores(await largestMargins(context, net, some));
  const tried = some.map((each, k): ClassAlone => {
    const scores = { largest: out[k]!, signature: signatureScore(signature[each]!, classes) };
    return { class: each, score: jointScore(scores), scores, level: levelOf(scores) };
  });
  tried.sort((a, b) => b.score - a.score || a.class - b.class);
  return { tried, targets: tried.filter(({ score }) => score > LIMIT) };
}

function classesToTry(context: NetContext, net: BadAlone, signature: Float64Array): number[] {
  const { classes, seed } = context;
  if (classes <= CLASSES_AT_ONCE) return Array.from({ length: classes }, (_, each) => each);
  const chosen = new Set([
    ...highestFirst(signature).slice(0, BY_SIGNATURE),
    ...highestFirst(leadsInNoise(context, net)).slice(0, BY_NOISE),
  ]);
  for (const each of new Random(seed, 'finding controls').permutation(classes))
    if (chosen.size < CLASSES_AT_ONCE) chosen.add(each);
  return [...chosen];
}
