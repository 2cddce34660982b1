import * as tf from '@tensorflow/tfjs-core';
import { rowsOf } from '../../models/detector/run';
import { imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import type { NetContext } from '../context';
import { scaledTo } from '../effort';
import { STAGES } from '../stages';
import { marginsAt, oneHotOf } from './margins';
import { asNetsTake } from './trigger';
import type { Twins } from './twins';

/** Pictures that a class's climb starts from; the highest counts. Origin: chosen by hand, for time; see STEPS. */
const STARTS = 4;
/** Origin: chosen by hand, for time: with twice the pictures and a third more steps the classes of cifar10's nets stood as they do. */
const STEPS = 60;
/** Of a large net. Origin: chosen by hand, for time; not varied. */
const LEAST_STARTS = 2;
const LEAST_STEPS = 30;
/** Adam's, of values of 0–1. Origin: chosen by hand; not varied. */
const RATE = 0.03;
/** Pictures that are climbed at once; of a large net they run in parts. Origin: chosen by hand, for memory. */
const AT_ONCE = 160;
/** As many classes are climbed for at once. Origin: follows from these. */
export const CLASSES_AT_ONCE = Math.floor(AT_ONCE / STARTS);
/** Pictures start from noise around grey, of 0–1. Origin: chosen by hand; not varied. */
const START = [0.3, 0.7] as const;

/**
 * The largest logit margin that any picture reaches for a class, by gradient ascent from noise, without any clean image (Wang et al.,
 * MM-BD, IEEE S&P 2024): a trigger lets its class win by more than what classes look like ever does.
 * @param classes those to climb for
 * @returns the margin of each, in their order
 * @throws whatever the context's signal was aborted with
 */
export async function largestMargins(
  context: NetContext,
  twins: Pick<Twins, 'bad' | 'mostWithGradients'>,
  classes: readonly number[],
): Promise<Float64Array> {
  const random = new Random(context.seed, 'finding largest margins');
  const together = CLASSES_AT_ONCE;
  const starts = scaledTo(context.effort, STARTS, LEAST_STARTS);
  const steps = scaledTo(context.effort, STEPS, LEAST_STEPS);
  const total = Math.ceil(classes.length / together) * steps;
  const reached = new Float64Array(classes.length);
  let done = 0;
  for (let from = 0; from < classes.length; from += together) {
    const rows = classes.slice(from, from + together).flatMap((each) => Array<number>(starts).fill(each));
    const margins = await climb(context, twins, rows, steps, random, () => {
      done++;
      context.progress({ stage: STAGES.largestMargins, done, total });
    });
    for (let row = 0; row < rows.length; row += starts)
      reached[from + row / starts] = Math.max(...margins.subarray(row, row + starts));
  }
  return reached;
}

/** @param rows a class for each picture @returns the margin that each picture has reached */
async function climb(
  { shape, pixels, classes, signal }: NetContext,
  twins: Pick<Twins, 'bad' | 'mostWithGradients'>,
  rows: readonly number[],
  steps: number,
  random: Random,
  onStep: () => void,
): Promise<Float32Array> {
  const { height, width, channels } = shape;
  const values = Float32Array.from({ length: rows.length * imageSize(shape) }, () =>
    random.uniform(...START),
  );
  const pictures = tf.tidy(() => tf.variable(tf.tensor4d(values, [rows.length, height, width, channels])));
  const at = oneHotOf(rows, classes);
  const optimizer = tf.train.adam(RATE);
  const parts = partsOf(rows.length, twins.mostWithGradients);
  const margins = (some: tf.Tensor, [from, to]: Part) =>
    marginsAt(twins.bad(asNetsTake(some, pixels, channels)), someOf(at, from, to));
  try {
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      const grads = tf.tidy(() =>
        tf.concat(
          parts.map((part) =>
            tf.grad((some: tf.Tensor) => tf.neg(tf.sum(margins(some, part))))(someOf(pictures, ...part)),
          ),
        ),
      );
      optimizer.applyGradients({ [pictures.name]: grads as tf.Variable });
      grads.dispose();
      tf.tidy(() => pictures.assign(tf.clipByValue(pictures, 0, 1)));
      onStep();
      await new Promise(setImmediate);
    }
    return tf.tidy(
      () =>
        tf.concat(parts.map((part) => margins(someOf(pictures, ...part), part))).dataSync() as Float32Array,
    );
  } finally {
    tf.dispose([pictures, at]);
    optimizer.dispose();
  }
}

/** Rows, from the first up to, not including, the second. */
type Part = readonly [from: number, to: number];

function partsOf(rows: number, most: number): Part[] {
  return Array.from({ length: Math.ceil(rows / most) }, (_, i) => [i * most, Math.min(rows, (i + 1) * most)]);
}

/** Some rows, or what has no others as it is. */
function someOf<T extends tf.Tensor>(all: T, from: number, to: number): T {
  return from === 0 && to === all.shape[0] ? all : rowsOf(all, from, to);
}
