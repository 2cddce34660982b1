import * as tf from '@tensorflow/tfjs-core';
import { imageTensor } from '../../models/detector/run';
import { pixelFactors } from '../../models/pixels';
import { Random } from '../../models/random';
import type { RepairContext } from '../repair/context';
import { marginsAt, oneHotOf } from './margins';
import { type RecoveredTrigger, startsOf, type TriggerKind, TriggerSearch } from './trigger';
import type { Twins } from './twins';

const LEARNING_RATE = 0.15;
/** Images a step that every class's trigger is tried on. */
const IMAGES = 4;
/** Steps from every start; then each class goes on with its best. */
const FIRST_STEPS = 15;
/** The logit margin that a trigger is to reach; beyond, it is pressed less and less. */
const WANTED = 3;

/** Triggers × images that run through B at once: gradients of four hundred take some 600 MB. */
const MOST_ROWS = 128;

/** What a search is made with. */
export interface Search {
  readonly classes: readonly number[];
  readonly kind: TriggerKind;
  /** Indices of the clean images to search on. */
  readonly images: Int32Array;
  readonly steps: number;
  readonly stage: string;
}

/**
 * Searches a trigger of a kind that turns B toward each of the classes, all at once (after Wang et al., Neural Cleanse,
 * IEEE S&P 2019): Adam on mask and pattern. Only gradients of the input are computed.
 * @returns a trigger for each class, in their order
 */
export async function invertTriggers(
  context: RepairContext,
  twins: Twins,
  search: Search,
): Promise<RecoveredTrigger[]> {
  const { shape, seed, progress, signal } = context;
  const { classes, kind, steps, stage } = search;
  const random = new Random(seed, `inverting ${kind.colours} ${kind.area}`);
  let wanted = classes.flatMap((each) => Array.from({ length: startsOf(kind, shape.channels) }, () => each));
  let triggers = TriggerSearch.start(shape, kind, classes.length, () => random.normal());
  let optimizer = tf.train.adam(LEARNING_RATE);
  try {
    for (let step = 1; step <= steps; step++) {
      signal?.throwIfAborted();
      const images = Array.from({ length: IMAGES }, () => search.images[random.int(search.images.length)]!);
      const margins = takeStep(context, twins, wanted, triggers, images, optimizer);
      if (step === FIRST_STEPS && wanted.length > classes.length) {
        const kept = triggers.keep(bestRows(margins, wanted.length / classes.length));
        triggers.dispose();
        optimizer.dispose();
        [triggers, optimizer, wanted] = [kept, tf.train.adam(LEARNING_RATE), [...classes]];
      }
      progress({ stage, done: step, total: steps });
      await new Promise(setImmediate);
    }
    return triggers.read();
  } finally {
    optimizer.dispose();
    triggers.dispose();
  }
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
  const atOnce = Math.max(1, Math.floor(MOST_ROWS / classes.length));
  const means = new Float32Array(classes.length);
  const together = tf.tidy(() => {
    let sums: tf.NamedTensorMap | undefined;
    for (let start = 0; start < images.length; start += atOnce) {
      const some = images.slice(start, start + atOnce);
      const { grads, margins } = gradientsOf(context, twins, classes, triggers, some, images.length);
      for (let k = 0; k < means.length; k++) means[k]! += (margins[k]! * some.length) / images.length;
      const before = sums;
      sums = before
        ? Object.fromEntries(Object.entries(grads).map(([name, each]) => [name, tf.add(before[name]!, each)]))
        : grads;
    }
    return sums!;
  });
  optimizer.applyGradients(together);
  tf.dispose(together);
  return means;
}

/**
 * @param images those of a step that are looked at together
 * @param outOf how many images the step has
 * @returns gradients of their part of the step's loss, and each trigger's mean margin over them
 */
function gradientsOf(
  { images: set, shape, pixels, classes: all }: RepairContext,
  twins: Twins,
  classes: readonly number[],
  triggers: TriggerSearch,
  images: readonly number[],
  outOf: number,
): { grads: tf.NamedTensorMap; margins: Float32Array } {
  let reached: tf.Tensor | undefined;
  const { grads } = tf.tidy(() => {
    const clean = imageTensor(set.gather(images), images.length, shape, pixels);
    const { factor, offset } = pixelFactors(pixels, shape.channels);
    const wanted = oneHotOf(
      classes.flatMap((each) => images.map(() => each)),
      all,
    );
    return tf.variableGrads(() => {
      const { masks, patterns } = triggers.triggers();
      const painted = tf.add(
        tf.mul(patterns, tf.tensor1d(factor.map((each) => each * 255))),
        tf.tensor1d(offset),
      );
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
  const margins = reached!.dataSync() as Float32Array;
  reached!.dispose();
  return { grads, margins };
}
