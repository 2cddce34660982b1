import * as tf from '@tensorflow/tfjs-core';
import { imageTensor, RUN_BATCH, valuesOf } from '../../models/detector/run';
import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import type { NetContext, RepairContext } from '../context';
import { scaledTo } from '../effort';
import { Augmenter } from '../images/augment';
import { Occluder } from '../images/occlude';
import { STAGES } from '../stages';
import type { Twins } from './twins';

/** Varied and painted images that the nets are asked about. Origin: chosen by hand; not varied. */
const ASKED = 2048;
/** Of a large net fewer, so many at least. Origin: chosen by hand, for time; not varied. */
const LEAST_ASKED = 256;
/** Of each net's wrong answers so many count, the surest. Origin: chosen by hand; not varied. */
const SUREST = 100;
/** How many candidates each list gives. Origin: chosen by hand, for eighteen searches at the most; not varied. */
const BY_SIGNATURE = 6;
const BY_PATCHES = 4;
const BY_NOISE = 3;
const BY_EXPERT = 3;
const BY_BAD = 2;
/** Images of noise. Origin: chosen by hand; not varied. */
const NOISE = 128;

/** A wrong answer to a painted image, and by how much its logit stands above the next. */
interface Wrong {
  readonly named: number;
  readonly lead: number;
}

/**
 * The classes that a backdoor most likely leads to. Shapes are painted on varied clean images; one now and then looks
 * enough like a trigger. Candidates are the classes whose weights bear the signature of a target, those that B leans to
 * under small patches or when it is shown noise, and those that make up the surest wrong answers of E, which has
 * forgotten nearly everything but the backdoor, and of B.
 * @param by.signature see weightSignature
 * @param by.gains see gainsUnderPatches
 * @returns the likeliest first, none twice
 */
export async function candidateClasses(
  context: RepairContext,
  twins: Twins,
  { signature, gains }: { readonly signature: Float64Array; readonly gains: Float64Array },
): Promise<number[]> {
  const { images, shape, pixels, seed, effort, progress, signal } = context;
  const asked = scaledTo(effort, ASKED, LEAST_ASKED);
  // Of a large net half of each list, the likeliest.
  const some = (count: number) => scaledTo(effort, count, Math.ceil(count / 2));
  const random = new Random(seed, 'finding candidates');
  const augmenter = new Augmenter(shape, seed, 'finding candidates');
  const occluder = new Occluder(shape, seed, 'finding candidates');
  const wrong = { bad: [] as Wrong[], expert: [] as Wrong[] };
  for (let start = 0; start < asked; start += RUN_BATCH) {
    signal?.throwIfAborted();
    const batch = Int32Array.from({ length: Math.min(RUN_BATCH, asked - start) }, () =>
      random.int(images.count),
    );
    const labels = batch.map((image) => images.labels[image]!);
    const painted = augmenter.vary(images.gather(batch));
    occluder.paint(painted);
    tf.tidy(() => {
      const { bad, expert } = twins.logits(imageTensor(painted, batch.length, shape, pixels));
      wrong.bad.push(...wrongAnswers(bad, labels));
      wrong.expert.push(...wrongAnswers(expert, labels));
    });
    progress({ stage: STAGES.candidates, done: start + batch.length, total: asked });
    await new Promise(setImmediate);
  }
  return [
    ...new Set([
      ...highestFirst(signature).slice(0, some(BY_SIGNATURE)),
      ...highestFirst(gains).slice(0, some(BY_PATCHES)),
      ...highestFirst(leadsInNoise(context, twins)).slice(0, some(BY_NOISE)),
      ...surestClasses(wrong.expert).slice(0, some(BY_EXPERT)),
      ...surestClasses(wrong.bad).slice(0, some(BY_BAD)),
    ]),
  ];
}

/** B's mean logit of each class on images of nothing, each value drawn by itself. */
export function leadsInNoise(
  { shape, pixels, seed }: NetContext,
  twins: Pick<Twins, 'badAlone'>,
): ArrayLike<number> {
  const random = new Random(seed, 'finding noise');
  const images = Float32Array.from({ length: NOISE * imageSize(shape) }, () => random.uniform(0, 255));
  return valuesOf(() => tf.mean(twins.badAlone(imageTensor(images, NOISE, shape, pixels)), 0));
}

function wrongAnswers(logits: tf.Tensor2D, labels: Int32Array): Wrong[] {
  const { values, indices } = tf.topk(logits, 2);
  const [high, named] = [values.dataSync(), indices.dataSync()];
  return Array.from(labels, (label, i) => ({
    label,
    named: named[2 * i]!,
    lead: high[2 * i]! - high[2 * i + 1]!,
  })).filter((each) => each.named !== each.label);
}

/** The classes of the surest answers, the one that has most of them first. */
function surestClasses(answers: Wrong[]): number[] {
  const counts = new Map<number, number>();
  for (const { named } of answers.sort((a, b) => b.lead - a.lead || a.named - b.named).slice(0, SUREST))
    counts.set(named, (counts.get(named) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([each]) => each);
}

/** The classes by their values, the highest first; of equals the first. */
export function highestFirst(values: ArrayLike<number>): number[] {
  return Array.from({ length: values.length }, (_, k) => k).sort((a, b) => values[b]! - values[a]! || a - b);
}
