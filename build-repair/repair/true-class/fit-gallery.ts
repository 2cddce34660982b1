import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { CholeskyDecomposition, EigenvalueDecomposition, inverse, Matrix } from 'ml-matrix';
import { type Gallery, placesFor } from '../../../models/detector/gallery';
import { quantile } from '../../../models/detector/scale';
import { last, valueAt } from '../../../models/present';
import { Random } from '../../../models/random';
import type { RepairContext } from '../../context';
import { STAGES } from '../../stages';

/**
 * Values of a place in the gallery: with 8, half-covered images were told apart less well, with 16 no better.
 * Origin: half-covered clean images; no figures were kept.
 */
const DIMENSIONS = 12;
/** More channels are mixed down at random first. Origin: chosen by hand; not varied. */
const MOST_CHANNELS = 48;
/** Origin: chosen by hand; not varied. */
const SHRINKAGE = 0.1;
/** Values beyond this quantile are cut to it. Origin: chosen by hand; not varied. */
const LARGEST = 0.999;
/** Origin: no choice: what 8 bits hold. */
const STEPS = 127;

/**
 * Builds the gallery of all clean images. Each place of the stem has its own projection: whitened by how images of one class
 * differ there, then the directions in which classes differ most (linear discriminant analysis, Fisher 1936).
 * @param bad B with its stem as the last output (see featureNet)
 * @param seen what the stem says of the images: by place, images × channels
 * @returns its temperature is 1
 */
export async function fitGallery(
  context: RepairContext,
  bad: LayersModel,
  seen: readonly Float32Array[],
): Promise<Gallery> {
  const stem = last(bad.outputs).shape.slice(1) as [number, number, number];
  const [height, width, channels] = stem;
  const places = placesFor({ height, width });
  const { labels } = context.images;
  const mix = mixOf(context.seed, channels);
  const used = mix?.columns ?? channels;
  const dimensions = Math.min(DIMENSIONS, used);
  const projections = new Float32Array(seen.length * channels * dimensions);
  const projected: Float32Array[] = [];
  for (const [place, values] of seen.entries()) {
    const own = tf.tidy(() => {
      const all = tf.tensor2d(values, [labels.length, channels]);
      const mixed: tf.Tensor2D = mix ? tf.matMul(all, tf.tensor2d(mix.to2DArray())) : all;
      const directions = tf.tensor2d(discriminants(mixed, labels, dimensions).to2DArray());
      const whole = mix ? tf.matMul(tf.tensor2d(mix.to2DArray()), directions) : directions;
      projections.set(whole.dataSync(), place * channels * dimensions);
      return tf.matMul(mixed, directions);
    });
    projected.push((await own.data()) as Float32Array);
    own.dispose();
    context.progress({ stage: STAGES.looks, done: place + 1, total: seen.length });
  }
  return buildGallery(projected, { stem, places, dimensions, projections, labels, temperature: 1 });
}

/** Centres and quantises the places of the images. @param projected by place: images × dimensions */
function buildGallery(
  projected: readonly Float32Array[],
  made: Omit<Gallery, 'centres' | 'step' | 'images'>,
): Gallery {
  const { dimensions, labels } = made;
  const count = labels.length;
  const centres = new Float32Array(projected.length * dimensions);
  for (const [place, values] of projected.entries())
    values.forEach((value, i) => {
      centres[place * dimensions + (i % dimensions)]! += value / count;
    });
  const centred = projected.map((values, place) =>
    values.map((value, i) => value - centres[place * dimensions + (i % dimensions)]!),
  );
  const some = centred.flatMap((values) =>
    Array.from(
      values.filter((_, i) => i % 11 === 0),
      Math.abs,
    ),
  );
  const step = Math.max(quantile(Float32Array.from(some).sort(), LARGEST), 1e-6) / STEPS;
  const images = new Int8Array(count * projected.length * dimensions);
  centred.forEach((values, place) => {
    values.forEach((value, i) => {
      const steps = Math.round(value / step);
      images[place * values.length + i] = Math.min(Math.max(steps, -STEPS), STEPS);
    });
  });
  return { ...made, centres, step, images };
}

/** channels × fewer: random directions (Johnson and Lindenstrauss 1984); undefined where channels are taken as they are. */
function mixOf(seed: number, channels: number): Matrix | undefined {
  if (channels <= MOST_CHANNELS) return undefined;
  const random = new Random(seed, 'gallery');
  const length = 1 / Math.sqrt(channels);
  const mix = Matrix.zeros(channels, MOST_CHANNELS);
  for (let row = 0; row < channels; row++) {
    for (let column = 0; column < MOST_CHANNELS; column++) mix.set(row, column, random.normal() * length);
  }
  return mix;
}

/** @param values images × channels @returns channels × dimensions */
function discriminants(values: tf.Tensor2D, labels: Int32Array, dimensions: number): Matrix {
  const [rows, channels] = values.shape;
  const centred = tf.sub(values, tf.mean(values, 0)) as tf.Tensor2D;
  const matrixOf = (product: tf.Tensor2D) =>
    Matrix.from1DArray(channels, channels, Array.from(product.dataSync())).div(rows);
  const total = matrixOf(tf.matMul(centred, centred, true));
  const means = classSums(centred, labels);
  const within = Matrix.sub(total, matrixOf(tf.matMul(means, means, true)));
  const ridge = (SHRINKAGE * within.trace()) / channels + 1e-6 * total.trace() + 1e-9;
  const shrunk = within.mul(1 - SHRINKAGE).add(Matrix.eye(channels).mul(ridge));
  const whitening = inverse(new CholeskyDecomposition(shrunk).lowerTriangularMatrix).transpose();
  const spread = whitening.transpose().mmul(total).mmul(whitening);
  const { eigenvectorMatrix: vectors } = new EigenvalueDecomposition(spread, { assumeSymmetric: true });
  // Their eigenvalues come from low to high; what tells most is wanted first.
  const strongest = Array.from({ length: dimensions }, (_, i) => channels - 1 - i);
  return whitening.mmul(vectors.subMatrixColumn(strongest));
}

/** Sum of the values of each class, over the root of its images: their products add up to those of the class means. */
function classSums(values: tf.Tensor2D, labels: Int32Array): tf.Tensor2D {
  const [, channels] = values.shape;
  const place = new Map([...new Set(labels)].map((label, i) => [label, i]));
  const sums = new Float32Array(place.size * channels);
  const counts = new Int32Array(place.size);
  const all = values.dataSync();
  labels.forEach((label, i) => {
    const at = valueAt(place, label);
    counts[at]!++;
    for (let c = 0; c < channels; c++) sums[at * channels + c]! += all[i * channels + c]!;
  });
  return tf.tensor2d(
    sums.map((sum, i) => sum / Math.sqrt(counts[Math.floor(i / channels)]!)),
    [place.size, channels],
  );
}
