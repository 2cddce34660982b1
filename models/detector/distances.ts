import { present } from '../present';
import { DISTANCES, type DistanceKind, type Distances } from './familiarity';
import type { Summary } from './summaries';

/** What no squared distance is below, so that it has a logarithm. Origin: no choice: keeps a logarithm finite. */
const LEAST_DISTANCE = 1e-9;

/** The mean direction of each class of clean images in one feature space of B. */
export interface ClassDirections {
  readonly dimensions: number;
  /** N × dimensions, in steps; each class has its own, for only the direction counts. 0 where there was no clean image. */
  readonly means: Int8Array;
  /** The length of each mean, in its steps: N values. */
  readonly lengths: Float32Array;
}

/** Where the means and deviations of the channels of B's stem lie on clean images. */
export interface Look {
  readonly channels: number;
  readonly dimensions: number;
  /** Added to a deviation before its logarithm is taken, > 0. */
  readonly floor: number;
  /** 2 · channels × dimensions: scaling, projection and whitening in one. */
  readonly projection: Float32Array;
  /** The mean of the clean images, projected. */
  readonly centre: Float32Array;
}

/** What distances are measured to. */
export interface Surroundings {
  readonly latent: ClassDirections;
  /** Left out where the net has no image-shaped features that everything passes. */
  readonly trunk?: ClassDirections | undefined;
  /** Left out where it has none early, or the clean images are too few. */
  readonly look?: Look | undefined;
}

/** The distances of images: kinds that the surroundings have. */
export function measure(images: readonly Summary[], { latent, trunk, look }: Surroundings): Distances {
  const found: { [kind in DistanceKind]?: Float32Array } = {};
  for (const kind of DISTANCES) {
    if (kind === 'look') {
      if (look) found.look = Float32Array.from(images, (image) => unusual(present(image.look, kind), look));
      continue;
    }
    const to = kind === 'latent' ? latent : trunk;
    if (to)
      found[kind] = Float32Array.from(images, (image) =>
        angle(present(image[kind], kind), image.likeliest, to),
      );
  }
  return found;
}

/** Mean directions with their lengths. @param means N × dimensions */
export function directions(means: Int8Array, dimensions: number): ClassDirections {
  const lengths = Float32Array.from({ length: means.length / dimensions }, (_, each) =>
    Math.hypot(...means.subarray(each * dimensions, (each + 1) * dimensions)),
  );
  return { dimensions, means, lengths };
}

/** 1 − the largest cosine with the mean of one of these classes; 1 where none of them is known. */
function angle(
  values: Float32Array,
  classes: Int32Array,
  { dimensions, means, lengths }: ClassDirections,
): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const each of classes) {
    if (lengths[each] === 0) continue;
    const product = dot(values, means, each * dimensions, dimensions);
    const cosine = product / lengths[each]!;
    if (!(cosine <= largest)) largest = cosine;
  }
  return largest === Number.NEGATIVE_INFINITY ? 1 : 1 - largest;
}

/** The product of a vector with a row of a matrix, in four sums that don't wait for each other. */
function dot(values: Float32Array, rows: Int8Array, start: number, length: number): number {
  const whole = length - (length % 4);
  let [a, b, c, e] = [0, 0, 0, 0];
  for (let d = 0; d < whole; d += 4) {
    const at = start + d;
    a += values[d]! * rows[at]!;
    b += values[d + 1]! * rows[at + 1]!;
    c += values[d + 2]! * rows[at + 2]!;
    e += values[d + 3]! * rows[at + 3]!;
  }
  for (let d = whole; d < length; d++) a += values[d]! * rows[start + d]!;
  return a + b + c + e;
}

/** The logarithm of the squared Mahalanobis distance, per dimension. */
function unusual(moments: Float32Array, { channels, dimensions, floor, projection, centre }: Look): number {
  const away = new Float64Array(dimensions);
  for (let d = 0; d < dimensions; d++) away[d] = -centre[d]!;
  for (let i = 0; i < moments.length; i++) {
    const value = i < channels ? moments[i]! : Math.log(moments[i]! + floor);
    for (let d = 0; d < dimensions; d++) away[d]! += value * projection[i * dimensions + d]!;
  }
  const square = away.reduce((sum, each) => sum + each * each, 0) / dimensions;
  return Math.log(square + LEAST_DISTANCE);
}
