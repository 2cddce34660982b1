import * as tf from '@tensorflow/tfjs-core';
import { imageTensor, rowsOf, valuesOf } from '../../models/detector/run';
import { present } from '../../models/present';
import { Random } from '../../models/random';
import type { RepairContext } from '../context';
import { scaledTo } from '../effort';
import { STAGES } from '../stages';
import { marginsAt, oneHotOf } from './margins';
import { PatchSearch } from './patch-search';
import type { Patch } from './patches';
import { ShapeSearch, startsOf } from './shape-search';
import { asNetsTake, type RecoveredTrigger, type TriggerSearch } from './trigger';
import type { Twins } from './twins';

/** Origin: Adam’s, chosen by hand; not varied. */
const LEARNING_RATE = 0.15;
/** Images a step that every class's trigger is tried on. Origin: chosen by hand; not varied. */
const IMAGES = 4;
/** Steps of shapes from every start; then each class goes on with its best. Origin: chosen by hand; not varied. */
const FIRST_STEPS = 15;
const SHAPE_STEPS = 50;
const PATCH_STEPS = 30;
/** Of a large net there are fewer steps and images, this share of them at least. Origin: chosen by hand, for time; not varied. */
const LEAST_SHARE = 0.5;
/** The logit margin that a trigger is to reach; beyond, it is pressed less and less. Origin: chosen by hand; not varied. */
const WANTED = 3;

/**
 * Triggers × images that run through B at once, and fewer of a large net: gradients of four hundred take some 600 MB on faces.
 * Origin: chosen by hand, for memory and time; verdicts do not depend on it.
 */
const MOST_ROWS = 128;

/**
 * Searches a trigger of one colour that turns B toward each of the classes, all at once (after Wang et al., Neural Cleanse,
 * IEEE S&P 2019): Adam on mask and colour. Only gradients of the input are computed.
 * @param images indices of the clean images to search on
 * @returns a trigger for each class, in their order
 */
export async function searchShapes(
  context: RepairContext,
  twins: Twins,
  classes: readonly number[],
  images: Int32Array,
): Promise<RecoveredTrigger[]> {
  const starts = startsOf(context.shape.channels);
  const random = new Random(context.seed, 'searching shapes');
  const begun = ShapeSearch.start(context.shape, classes.length);
  let kept: ShapeSearch | undefined;
  try {
    const wanted = classes.flatMap((each) => Array.from({ length: starts }, () => each));
    const [first, total] = [FIRST_STEPS, SHAPE_STEPS].map((steps) => atLeast(context, steps)) as [
      number,
      number,
    ];
    const parts = { images, random, stage: STAGES.searchingShapes, total };
    const margins = await press(context, twins, wanted, begun, { ...parts, from: 0, to: first });
    kept = begun.keep(bestRows(margins, starts));
    await press(context, twins, classes, kept, { ...parts, from: first, to: total });
    return readTriggers(context, kept);
  } finally {
    begun.dispose();
    kept?.dispose();
  }
}

/**
 * Searches the colours of a patch that turns B toward each of the classes, all at once.
 * @param patches where each class's search begins, and stays
 * @param images indices of the clean images to search on
 * @returns a trigger for each class, in their order
 */
export async function searchPatches(
  context: RepairContext,
  twins: Twins,
  classes: readonly number[],
  patches: readonly Patch[],
  images: Int32Array,
): Promise<RecoveredTrigger[]> {
  const random = new Random(context.seed, 'searching patches');
  const search = PatchSearch.start(context.shape, patches);
  try {
    const total = atLeast(context, PATCH_STEPS);
    const parts = { images, random, stage: STAGES.searchingPatches, total };
    await press(context, twins, classes, search, { ...parts, from: 0, to: total });
    return readTriggers(context, search);
  } finally {
    search.dispose();
  }
}

/** Some steps of a search. */
interface Steps {
  readonly images: Int32Array;
  readonly random: Random;
  readonly stage: string;
  readonly from: number;
  readonly to: number;
  readonly total: number;
}

/** @returns each trigger's mean margin, at the last step */
async function press(
  context: RepairContext,
  twins: Twins,
  wanted: readonly number[],
  triggers: TriggerSearch,
  { images, random, stage, from, to, total }: Steps,
): Promise<Float32Array> {
  const optimizer = tf.train.adam(LEARNING_RATE);
  let margins: Float32Array = new Float32Array(wanted.length);
  try {
    for (let step = from; step < to; step++) {
      context.signal?.throwIfAborted();
      const some = Array.from({ length: atLeast(context, IMAGES) }, () => images[random.int(images.length)]!);
      margins = takeStep(context, twins, wanted, triggers, some, optimizer);
      context.progress({ stage, done: step + 1, total });
      await new Promise(setImmediate);
    }
    return margins;
  } finally {
    optimizer.dispose();
  }
}

/** How many steps, or images, there are. */
function atLeast({ effort }: RepairContext, count: number): number {
  return scaledTo(effort, count, Math.ceil(LEAST_SHARE * count));
}

/** What a search has come to. */
function readTriggers({ shape }: RepairContext, search: TriggerSearch): RecoveredTrigger[] {
  const { height, width, channels } = shape;
  // A patch's masks are the search's own; valuesOf frees what it reads.
  const masks = valuesOf(() => search.triggers().masks.clone());
  const patterns = valuesOf(() =>
    tf.mul(search.triggers().patterns, tf.fill([1, height, width, channels], 255)),
  );
  const area = height * width;
  return Array.from({ length: masks.length / area }, (_, k) => ({
    mask: masks.slice(k * area, (k + 1) * area),
    pattern: patterns.slice(k * area * channels, (k + 1) * area * channels),
  }));
}

/** Of each class's starts that with the highest margin. */
function bestRows(margins: Float32Array, starts: number): number[] {
  return Array.from({ length: margins.length / starts }, (_, k) => {
    const own = margins.subarray(k * starts, (k + 1) * starts);
    return k * starts + own.indexOf(Math.max(...own));
  });
}

/** @returns each trigger's mean margin over the images, before the step */
function takeStep(
  context: RepairContext,
  twins: Twins,
  classes: readonly number[],
  triggers: TriggerSearch,
  images: readonly number[],
  optimizer: tf.Optimizer,
): Float32Array {
  const together = Math.min(classes.length, twins.mostWithGradients);
  const atOnce = Math.max(1, Math.floor(Math.min(MOST_ROWS, twins.mostWithGradients) / together));
  const means = new Float32Array(classes.length);
  let sums: tf.NamedTensorMap = {};
  for (let start = 0; start < images.length; start += atOnce) {
    const some = images.slice(start, start + atOnce);
    for (let from = 0; from < classes.length; from += together) {
      const before = sums;
      const rows = { from, to: Math.min(classes.length, from + together) };
      sums = tf.tidy(() => {
        const { grads, margins } = gradientsOf(context, twins, classes, triggers, rows, some, images.length);
        for (let k = rows.from; k < rows.to; k++)
          means[k]! += (margins[k - rows.from]! * some.length) / images.length;
        return Object.fromEntries(
          Object.entries(grads).map(([name, each]) => [
            name,
            before[name] ? tf.add(before[name], each) : each,
          ]),
        );
      });
      tf.dispose(before);
    }
  }
  optimizer.applyGradients(sums);
  tf.dispose(sums);
  return means;
}

/**
 * @param all a class for each trigger
 * @param rows the triggers, and @param images those of a step, that are looked at together
 * @param outOf how many images the step has
 * @returns gradients of their part of the step's loss, and each trigger's mean margin over them
 */
function gradientsOf(
  { images: set, shape, pixels, classes: count }: RepairContext,
  twins: Twins,
  all: readonly number[],
  triggers: TriggerSearch,
  { from, to }: { readonly from: number; readonly to: number },
  images: readonly number[],
  outOf: number,
): { grads: tf.NamedTensorMap; margins: Float32Array } {
  const classes = all.slice(from, to);
  const own = <T extends tf.Tensor>(of: T) =>
    classes.length === all.length || of.shape[0] === 1 ? of : rowsOf(of, from, to);
  let reached: tf.Tensor | undefined;
  const { grads } = tf.tidy(() => {
    const clean = imageTensor(set.gather(images), images.length, shape, pixels);
    const wanted = oneHotOf(
      classes.flatMap((each) => images.map(() => each)),
      count,
    );
    return tf.variableGrads(() => {
      const searched = triggers.triggers();
      const [masks, patterns] = [own(searched.masks), own(searched.patterns)];
      const painted = asNetsTake(patterns, pixels, shape.channels);
      const kept = tf.mul(tf.expandDims(clean, 0), tf.expandDims(tf.sub(1, masks), 1));
      const stamped = tf.add(kept, tf.expandDims(tf.mul(masks, painted), 1));
      const logits = twins.bad(
        tf.reshape(stamped, [classes.length * images.length, shape.height, shape.width, shape.channels]),
      );
      const margins = marginsAt(logits, wanted);
      reached = tf.keep(tf.mean(tf.reshape(margins, [classes.length, images.length]), 1));
      const missing = tf.sum(tf.softplus(tf.sub(WANTED, margins)));
      return tf.div(missing, outOf) as tf.Scalar;
    }, triggers.variables);
  });
  const kept = present(reached, 'The margins');
  const margins = kept.dataSync() as Float32Array;
  kept.dispose();
  return { grads, margins };
}
