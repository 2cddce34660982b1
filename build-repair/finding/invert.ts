import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { imageTensor } from '../../models/detector/run';
import { pixelFactors } from '../../models/pixels';
import { Random } from '../../models/random';
import type { RepairContext } from '../repair/context';
import { type RecoveredTrigger, TriggerSearch } from './trigger';

const LEARNING_RATE = 0.15;
/** Images a step that every class's trigger is tried on. */
const IMAGES = 6;
const FIRST_AREA = 0.15;
const LEAST_AREA = 0.0025;
const MOST_AREA = 0.5;
/** A trigger that turns so many of a step's images is made smaller, one that turns fewer larger. */
const ENOUGH = 5;
const SMALLER = 0.95;
const LARGER = 1.04;
/** In the last steps every trigger is given so much more room, which stays, and settles in it. */
const AT_REST = 25;
const ROOM = 1.3;

/** What a search is made with. */
export interface Search {
  /** Nets that the trigger is to turn, all of them; flat, logits first. */
  readonly nets: readonly LayersModel[];
  readonly classes: readonly number[];
  /** Indices of the clean images to search on. */
  readonly images: Int32Array;
  readonly steps: number;
  readonly stage: string;
}

/**
 * Searches the smallest trigger toward each of the classes (Wang et al., Neural Cleanse, IEEE S&P 2019), all at once:
 * Adam on mask and pattern against cross-entropy, while the area that the mask may cover is brought down as long as
 * the trigger turns nearly all images of a step. Only gradients of the input are computed.
 * @returns a trigger for each class, in their order
 */
export async function invertTriggers(context: RepairContext, search: Search): Promise<RecoveredTrigger[]> {
  const { shape, seed, progress, signal } = context;
  const { classes, steps, stage } = search;
  const random = new Random(seed, `inverting ${stage}`);
  const size = shape.height * shape.width * shape.channels;
  const start = Float32Array.from({ length: classes.length * size }, () => random.normal());
  const triggers = new TriggerSearch(shape, classes.length, start);
  const optimizer = tf.train.adam(LEARNING_RATE);
  const areas = new Float32Array(classes.length).fill(FIRST_AREA);
  try {
    for (let step = 1; step <= steps; step++) {
      signal?.throwIfAborted();
      const images = Array.from({ length: IMAGES }, () => search.images[random.int(search.images.length)]!);
      const turned = takeStep(context, search, triggers, areas, images, optimizer);
      if (step <= steps - AT_REST) adapt(areas, turned, step === steps - AT_REST);
      progress({ stage, done: step, total: steps });
      await new Promise(setImmediate);
    }
    return read(triggers, areas, size);
  } finally {
    optimizer.dispose();
    triggers.dispose();
  }
}

/** @param last gives room instead */
function adapt(areas: Float32Array, turned: Int32Array, last: boolean): void {
  turned.forEach((count, k) => {
    const factor = last ? ROOM : count >= ENOUGH ? SMALLER : LARGER;
    areas[k] = Math.min(MOST_AREA, Math.max(LEAST_AREA, areas[k]! * factor));
  });
}

/** @returns how many of the images each class's trigger turned, on the net on which it turned the fewest */
function takeStep(
  { images: set, shape, pixels, classes: all }: RepairContext,
  { nets, classes }: Search,
  triggers: TriggerSearch,
  areas: Float32Array,
  images: number[],
  optimizer: tf.Optimizer,
): Int32Array {
  const turned = new Int32Array(classes.length).fill(images.length);
  tf.tidy(() => {
    const clean = imageTensor(set.gather(images), images.length, shape, pixels);
    const { factor, offset } = pixelFactors(pixels, shape.channels);
    const wanted = Int32Array.from(classes.flatMap((each) => images.map(() => each)));
    const oneHot = tf.cast(tf.oneHot(tf.tensor1d(wanted, 'int32'), all), 'float32');
    const { grads, value } = tf.variableGrads(() => {
      const { masks, patterns } = triggers.triggers(areas);
      const painted = tf.add(
        tf.mul(patterns, tf.tensor1d(factor.map((each) => each * 255))),
        tf.tensor1d(offset),
      );
      const kept = tf.mul(tf.expandDims(clean, 0), tf.expandDims(tf.sub(1, masks), 1));
      const stamped = tf.add(kept, tf.expandDims(tf.mul(masks, painted), 1));
      const input = tf.reshape(stamped, [wanted.length, shape.height, shape.width, shape.channels]);
      const losses = nets.map((net) => {
        const made = net.apply(input, { training: false }) as tf.Tensor2D | tf.Tensor2D[];
        const logits = Array.isArray(made) ? made[0]! : made;
        count(turned, logits, wanted, images.length);
        return tf.neg(tf.sum(tf.mul(oneHot, tf.logSoftmax(logits))));
      });
      return tf.div(tf.addN(losses), images.length) as tf.Scalar;
    }, triggers.variables);
    optimizer.applyGradients(grads);
    tf.dispose([grads, value]);
  });
  return turned;
}

function count(turned: Int32Array, logits: tf.Tensor2D, wanted: Int32Array, each: number): void {
  const named = tf.tidy(() => tf.argMax(logits, 1).dataSync());
  for (let k = 0; k < turned.length; k++) {
    let hits = 0;
    for (let i = k * each; i < (k + 1) * each; i++) if (named[i] === wanted[i]) hits++;
    turned[k] = Math.min(turned[k]!, hits);
  }
}

function read(triggers: TriggerSearch, areas: Float32Array, size: number): RecoveredTrigger[] {
  const made = tf.tidy(() => {
    const { masks, patterns } = triggers.triggers(areas);
    return { masks: masks.dataSync(), patterns: tf.mul(patterns, 255).dataSync() };
  });
  const pixels = made.masks.length / areas.length;
  return Array.from(areas, (_, k) => ({
    mask: made.masks.slice(k * pixels, (k + 1) * pixels) as Float32Array,
    pattern: made.patterns.slice(k * size, (k + 1) * size) as Float32Array,
  }));
}
