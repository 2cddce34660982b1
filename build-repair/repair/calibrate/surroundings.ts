import * as tf from '@tensorflow/tfjs-core';
import {
  type ClassDirections,
  directions,
  type Look,
  type Surroundings,
} from '../../../models/detector/distances';
import { valuesOf } from '../../../models/detector/run';
import type { Summary } from '../../../models/detector/summaries';
import { first } from '../../../models/present';
import type { RepairContext } from '../../context';
import { fitClassGaussians } from '../learn/class-gaussians';
import { randomDirections } from '../observe/random-directions';

/**
 * Values of a look after projection: fewer told a little less, more no more.
 * Origin: a trial on clean_validation and held-out parts of it, whose figures were not kept (docs/familiarity.md).
 */
const MOST_DIMENSIONS = 64;
/** Origin: chosen by hand; not varied. */
const FEWEST_DIMENSIONS = 8;
/**
 * What is added to a channel's deviation, and to that of each value before it is divided, as a share of the mean one.
 * Origin: chosen by hand; not varied.
 */
const FLOOR = 0.01;
/** Origin: no choice: what 8 bits hold. */
const STEPS = 127;

/**
 * Fits what distances are measured to.
 * @param of all clean images
 * @param fit those to fit on
 * @param isLeftOut tells which classes are to be taken for ones without clean images
 */
export function fitSurroundings(
  { images, classes, seed }: Pick<RepairContext, 'images' | 'classes' | 'seed'>,
  of: readonly Summary[],
  fit: Int32Array,
  isLeftOut: (label: number) => boolean = () => false,
): Surroundings {
  const fitted = Array.from(fit, (image) => of[image]!);
  const labels = fit.map((image) => images.labels[image]!);
  const rows = (kind: 'trunk' | 'look') => {
    const found = fitted.flatMap((each) => each[kind] ?? []);
    return found.length > 0 ? found : undefined;
  };
  const latent = fitted.map((each) => each.latent);
  const [trunk, look] = [rows('trunk'), rows('look')];
  return {
    latent: meanDirections(latent, labels, classes, isLeftOut),
    trunk: trunk && meanDirections(trunk, labels, classes, isLeftOut),
    look: look && fitLook(look, seed),
  };
}

/** The mean direction of each class that is there. @param rows of length 1 */
function meanDirections(
  rows: readonly Float32Array[],
  labels: Int32Array,
  classes: number,
  isLeftOut: (label: number) => boolean,
): ClassDirections {
  const size = first(rows).length;
  const sums = new Float32Array(classes * size);
  rows.forEach((row, i) => {
    const label = labels[i]!;
    if (!isLeftOut(label)) for (let d = 0; d < size; d++) sums[label * size + d]! += row[d]!;
  });
  const means = new Int8Array(sums.length);
  for (let start = 0; start < sums.length; start += size) {
    const sum = sums.subarray(start, start + size);
    const step = Math.max(...sum.map(Math.abs)) / STEPS;
    if (step > 0) for (let d = 0; d < size; d++) means[start + d] = Math.round(sum[d]! / step);
  }
  return directions(means, size);
}

/** One Gaussian of how channels' means and deviations lie. @returns undefined where the images are too few for it */
function fitLook(moments: readonly Float32Array[], seed: number): Look | undefined {
  const size = first(moments).length;
  const channels = size / 2;
  const n = moments.length;
  const deviations = moments.reduce((sum, row) => sum + total(row.subarray(channels)), 0);
  const floor = Math.max((FLOOR * deviations) / (n * channels), 1e-12);
  const rows = new Float32Array(n * size);
  moments.forEach((row, i) => {
    for (let d = 0; d < size; d++) rows[i * size + d] = d < channels ? row[d]! : Math.log(row[d]! + floor);
  });
  const { mean, spread } = standardise(rows, size);
  const dimensions = Math.min(size, MOST_DIMENSIONS, Math.max(Math.floor(n / 3), FEWEST_DIMENSIONS));
  const mixed = dimensions < size ? randomDirections(seed, 'look', size, dimensions) : undefined;
  const fitted = fitClassGaussians(
    {
      features: size,
      dimensions,
      directions: mixed,
      values: mixed ? multiplied(rows, mixed, size, dimensions) : rows,
    },
    [],
    new Int32Array(n),
    undefined,
    Int32Array.from(moments.keys()),
    1,
  );
  if (!fitted) return undefined;
  const projection = fitted.gaussians.projection.map(
    (value, i) => value / spread[Math.floor(i / dimensions)]!,
  );
  const centre = multiplied(mean, projection, size, dimensions);
  return {
    channels,
    dimensions,
    floor,
    projection,
    centre: centre.map((value, d) => value + fitted.gaussians.means[d]!),
  };
}

/** Takes the mean off each column and divides it by its spread, in place. */
function standardise(rows: Float32Array, size: number): { mean: Float32Array; spread: Float32Array } {
  const n = rows.length / size;
  const mean = new Float32Array(size);
  const spread = new Float32Array(size);
  rows.forEach((value, i) => {
    mean[i % size]! += value / n;
  });
  rows.forEach((value, i) => {
    spread[i % size]! += (value - mean[i % size]!) ** 2 / n;
  });
  for (let d = 0; d < size; d++) spread[d] = Math.sqrt(spread[d]!);
  // A channel that is never on tells nothing; its spread must not be 0.
  const least = Math.max((FLOOR * total(spread)) / size, 1e-9);
  for (let d = 0; d < size; d++) spread[d]! += least;
  rows.forEach((value, i) => {
    rows[i] = (value - mean[i % size]!) / spread[i % size]!;
  });
  return { mean, spread };
}

function total(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** rows × size by size × dimensions. */
function multiplied(rows: Float32Array, by: Float32Array, size: number, dimensions: number): Float32Array {
  return valuesOf(() =>
    tf.matMul(tf.tensor2d(rows, [rows.length / size, size]), tf.tensor2d(by, [size, dimensions])),
  );
}
