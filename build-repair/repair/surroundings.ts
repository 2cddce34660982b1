import * as tf from '@tensorflow/tfjs-core';
import type { ClassDirections, Look, Surroundings } from '../../models/detector/distances';
import { valuesOf } from '../../models/detector/run';
import { Random } from '../../models/random';
import { fitCloud } from './cloud';
import type { RepairContext } from './context';
import type { Kept, Summarised } from './summaries';

/** Values of a look after projection: fewer told a little less, more no more. */
const MOST_DIMENSIONS = 64;
const FEWEST_DIMENSIONS = 8;
/** What is added to a channel's deviation, and to that of each value before it is divided, as a share of the mean one. */
const FLOOR = 0.01;
const STEPS = 127;

/** Fits what distances are measured to. @param fit the images to fit on */
export function fitSurroundings(
  { images, classes, seed }: Pick<RepairContext, 'images' | 'classes' | 'seed'>,
  of: Summarised,
  fit: Int32Array,
): Surroundings {
  return {
    latent: directionsOf(of.latent, images.labels, fit, classes),
    trunk: of.trunk && directionsOf(of.trunk, images.labels, fit, classes),
    look: of.look && fitLook(of.look, fit, seed),
  };
}

/** The mean direction of each class that is there. */
function directionsOf(
  { values, size }: Kept,
  labels: Int32Array,
  fit: Int32Array,
  classes: number,
): ClassDirections {
  const sums = new Float32Array(classes * size);
  const isThere = new Uint8Array(classes);
  for (const image of fit) {
    const row = values.subarray(image * size, (image + 1) * size);
    const length = Math.max(Math.hypot(...row), 1e-12);
    const label = labels[image]!;
    isThere[label] = 1;
    for (let d = 0; d < size; d++) sums[label * size + d]! += row[d]! / length;
  }
  const means: number[] = [];
  for (let label = 0; label < classes; label++) {
    if (isThere[label] === 0) continue;
    const row = sums.subarray(label * size, (label + 1) * size);
    const step = Math.max(...row.map(Math.abs), 1e-12) / STEPS;
    for (const value of row) means.push(Math.round(value / step));
  }
  return { dimensions: size, means: Int8Array.from(means) };
}

/** One Gaussian of how channels' means and deviations lie. @returns undefined where the images are too few for it */
function fitLook({ values, size }: Kept, fit: Int32Array, seed: number): Look | undefined {
  const channels = size / 2;
  const deviations = fit.reduce(
    (sum, image) => sum + total(values.subarray(image * size + channels, (image + 1) * size)),
    0,
  );
  const floor = Math.max((FLOOR * deviations) / (fit.length * channels), 1e-12);
  const rows = new Float32Array(fit.length * size);
  fit.forEach((image, i) => {
    for (let d = 0; d < size; d++) {
      const value = values[image * size + d]!;
      rows[i * size + d] = d < channels ? value : Math.log(value + floor);
    }
  });
  const { mean, spread } = standardise(rows, size);
  const dimensions = Math.min(size, MOST_DIMENSIONS, Math.max(Math.floor(fit.length / 3), FEWEST_DIMENSIONS));
  const directions = dimensions < size ? randomDirections(size, dimensions, seed) : undefined;
  const fitted = fitCloud(
    {
      features: size,
      dimensions,
      directions,
      values: directions ? multiplied(rows, directions, size, dimensions) : rows,
    },
    [],
    new Int32Array(fit.length),
    undefined,
    Int32Array.from(fit.keys()),
    1,
  );
  if (!fitted) return undefined;
  const projection = fitted.cloud.projection.map((value, i) => value / spread[Math.floor(i / dimensions)]!);
  const centre = multiplied(mean, projection, size, dimensions);
  return {
    channels,
    dimensions,
    floor,
    projection,
    centre: centre.map((value, d) => value + fitted.cloud.means[d]!),
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

/** size × dimensions (Johnson and Lindenstrauss 1984). */
function randomDirections(size: number, dimensions: number, seed: number): Float32Array {
  const random = new Random(seed, 'directions look');
  const length = 1 / Math.sqrt(size);
  return Float32Array.from({ length: size * dimensions }, () => random.normal() * length);
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
