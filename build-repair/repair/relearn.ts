import type { LayersModel } from '@tensorflow/tfjs-layers';
import { quantile } from '../../models/detector/evidence';
import type { NetParts } from '../../models/nets/parts';
import { Random } from '../../models/random';
import { Augmenter } from './augment';
import type { RepairContext } from './context';
import { type Observations, observe } from './observe';
import { Occluder } from './occlude';
import { withSecondOpinion } from './second-opinion';
import { type LinearHead, softmaxRegression } from './softmax-regression';

/** Varied and painted-over copies of each image that the head learns from, beside the image itself. */
const COPIES = 3;
const EPOCHS = 5;
/** Share of the images that B answers rightly and B′ may lose; they set the limit. */
const MOST_LOSS = 0.025;
/** One group in so many is kept from the head, to set the limit on. */
const CHECK_EVERY = 5;

/**
 * Makes B′: B, corrected by a head that was learned anew from the labels of clean images on B's own features. What a
 * trigger does to those features was never labelled with the target class, so the relearned head holds the target to
 * be unlikely, and B′ passes it over. B's logits then choose among the classes that the head holds to be likely.
 * @param parts B, its dormant channels pruned, in two parts
 * @param fit clean images that cover every class
 * @param held clean images beside them to set the limit on; where there are none, some of `fit` are kept from the head
 * @returns B′, which takes what the stem gives (or images, where there is no stem)
 */
export async function relearn(
  context: RepairContext,
  parts: NetParts,
  fit: Int32Array,
  held: Int32Array | undefined,
): Promise<{ repaired: LayersModel; notes: string[] }> {
  const { learn, check } = held ? { learn: fit, check: held } : keepSome(context, fit);
  const augmenter = new Augmenter(context.shape, context.seed, 'relearn');
  const occluder = new Occluder(context.shape, context.seed, 'relearn');
  const passes = [
    await observe(context, parts, { stage: 'Relearning: features of the clean images', sample: learn }),
  ];
  for (let copy = 1; copy <= COPIES; copy++) {
    const stage = `Relearning: features of varied images, ${copy} of ${COPIES}`;
    const change = (pixels: Float32Array) => {
      const varied = augmenter.vary(pixels);
      occluder.paint(varied);
      return varied;
    };
    passes.push(await observe(context, parts, { stage, sample: learn, change }));
  }
  const checked = await observe(context, parts, { stage: 'Relearning: features to check on', sample: check });

  const labelsOf = (images: Int32Array) => images.map((image) => context.images.labels[image]!);
  const joined = passes.map(joinSpaces);
  const features = joined[0]!.length / learn.length;
  const values = new Float32Array(joined.length * joined[0]!.length);
  joined.forEach((each, i) => {
    values.set(each, i * each.length);
  });
  const labels = Int32Array.from(passes.flatMap(() => Array.from(labelsOf(learn))));
  const head = await softmaxRegression(context, { values, features, labels }, EPOCHS, 'Relearning the head');
  const limit = limitOf(head, joinSpaces(checked), checked.named, labelsOf(check));
  const { latent, trunk } = passes[0]!;
  return {
    repaired: withSecondOpinion(parts.head, { latent, trunk, head, limit }),
    notes: [
      `relearned the head from ${learn.length} images; limit ${limit.toFixed(2)} from ${check.length} others`,
    ],
  };
}

/** Whether every class has clean images: without, a relearned head would hold the missing classes to be unlikely. */
export function coversAllClasses(labels: Int32Array, fit: Int32Array, classes: number): boolean {
  return new Set(fit.map((image) => labels[image]!)).size === classes;
}

/** Parts images for learning and checking, groups together; no class is taken away from learning altogether. */
function keepSome(
  { images, seed }: RepairContext,
  fit: Int32Array,
): { learn: Int32Array; check: Int32Array } {
  const groupOf = (image: number) => images.groups?.[image] ?? String(image);
  const left = new Map<number, Set<string>>();
  for (const image of fit) {
    const label = images.labels[image]!;
    left.set(label, (left.get(label) ?? new Set()).add(groupOf(image)));
  }
  const random = new Random(seed, 'check');
  const kept = new Set<string>();
  for (const place of random.permutation(fit.length)) {
    const image = fit[place]!;
    const groups = left.get(images.labels[image]!)!;
    if (kept.size * CHECK_EVERY >= countGroups(left) + kept.size) break;
    if (groups.size > 1 && groups.delete(groupOf(image))) kept.add(groupOf(image));
  }
  return {
    learn: fit.filter((image) => !kept.has(groupOf(image))),
    check: fit.filter((image) => kept.has(groupOf(image))),
  };
}

function countGroups(groups: ReadonlyMap<number, ReadonlySet<string>>): number {
  let count = 0;
  for (const each of groups.values()) count += each.size;
  return count;
}

function joinSpaces({ latent, trunk, named }: Observations): Float32Array {
  if (!trunk) return latent.values;
  const features = latent.dimensions + trunk.dimensions;
  const joined = new Float32Array(named.length * features);
  for (let i = 0; i < named.length; i++) {
    joined.set(latent.values.subarray(i * latent.dimensions, (i + 1) * latent.dimensions), i * features);
    joined.set(
      trunk.values.subarray(i * trunk.dimensions, (i + 1) * trunk.dimensions),
      i * features + latent.dimensions,
    );
  }
  return joined;
}

/** How far behind the head's favourite B's class is at most, on all but MOST_LOSS of the images that B answers rightly. */
function limitOf(head: LinearHead, values: Float32Array, named: Int32Array, labels: Int32Array): number {
  const classes = head.bias.length;
  const features = head.weights.length / classes;
  const behind: number[] = [];
  const scores = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    if (named[i] !== labels[i]) continue;
    scores.set(head.bias);
    for (let f = 0; f < features; f++) {
      const value = values[i * features + f]!;
      for (let k = 0; k < classes; k++) scores[k]! += value * head.weights[f * classes + k]!;
    }
    behind.push(scores.reduce((a, b) => Math.max(a, b)) - scores[labels[i]!]!);
  }
  if (behind.length === 0) return 0;
  return quantile(Float32Array.from(behind).sort(), 1 - MOST_LOSS);
}
