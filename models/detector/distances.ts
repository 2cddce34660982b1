import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../random';
import { DISTANCES, type Distances } from './familiarity';

/** Features are folded to at most so many values. */
const MOST_VALUES = 256;
const LEAST_LENGTH = 1e-12;
/** What no squared distance is below, so that it has a logarithm. */
const LEAST_DISTANCE = 1e-9;

/** The mean direction of each class of clean images in one feature space of B. */
export interface ClassDirections {
  /** Values of a direction. */
  readonly dimensions: number;
  /** classes × dimensions, in steps of the same size: only the direction counts. Classes without a clean image are left out. */
  readonly means: Int8Array;
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

/** What distances are measured of: n rows each. */
export type Summaries<T> = {
  /** n × values, folded. */
  readonly latent: T;
  readonly trunk?: T | undefined;
  /** n × 2 · channels: the mean of each channel of the stem, then the deviation of each. */
  readonly look?: T | undefined;
};

/**
 * What the distances need of what B gives, as tensors.
 * @param outputs of a feature net (see featureNet)
 * @param has which features it has
 */
export function summarise(
  outputs: readonly tf.Tensor[],
  n: number,
  has: { readonly trunk: boolean; readonly look: boolean },
): Summaries<tf.Tensor2D> {
  return tf.tidy(() => ({
    latent: folded(tf.reshape(outputs[1]!, [n, -1])),
    trunk: has.trunk ? folded(tf.reshape(outputs[2]!, [n, -1])) : undefined,
    look: has.look ? moments(outputs.at(-1) as tf.Tensor4D) : undefined,
  }));
}

/** Surroundings as tensors, while they are in use. */
export interface LoadedSurroundings {
  /** dimensions × classes, each column of length 1. */
  readonly latent: tf.Tensor2D;
  readonly trunk: tf.Tensor2D | undefined;
  readonly look:
    | { readonly floor: number; readonly projection: tf.Tensor2D; readonly centre: tf.Tensor1D }
    | undefined;
}

export function loadSurroundings({ latent, trunk, look }: Surroundings): LoadedSurroundings {
  return {
    latent: columns(latent),
    trunk: trunk && columns(trunk),
    look: look && {
      floor: look.floor,
      projection: tf.tensor2d(look.projection, [2 * look.channels, look.dimensions]),
      centre: tf.tensor1d(look.centre),
    },
  };
}

export function disposeSurroundings({ latent, trunk, look }: LoadedSurroundings): void {
  for (const tensor of [latent, trunk, look?.projection, look?.centre]) tensor?.dispose();
}

/** The distances of n pictures, as tensors of n values. */
export function measured(
  { latent, trunk, look }: LoadedSurroundings,
  of: Summaries<tf.Tensor2D>,
): Partial<Record<(typeof DISTANCES)[number], tf.Tensor1D>> {
  return tf.tidy(() => ({
    latent: angle(of.latent, latent),
    ...(trunk && of.trunk && { trunk: angle(of.trunk, trunk) }),
    ...(look && of.look && { look: unusual(of.look, look) }),
  }));
}

/** Reads the tensors that `measured` made, and frees them. */
export async function readDistances(tensors: ReturnType<typeof measured>): Promise<Distances> {
  const read = await Promise.all(
    DISTANCES.map(async (kind) => [kind, (await tensors[kind]?.data()) as Float32Array | undefined] as const),
  );
  tf.dispose(Object.values(tensors));
  return Object.fromEntries(read.filter(([, values]) => values));
}

/** 1 − the largest cosine with a column. */
function angle(values: tf.Tensor2D, means: tf.Tensor2D): tf.Tensor1D {
  const length = tf.maximum(tf.norm(values, 2, 1, true), LEAST_LENGTH);
  return tf.sub(1, tf.max(tf.matMul(tf.div(values, length), means), 1));
}

/** The logarithm of the squared Mahalanobis distance, per dimension. */
function unusual(values: tf.Tensor2D, look: NonNullable<LoadedSurroundings['look']>): tf.Tensor1D {
  const [means, deviations] = tf.split(values, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const all = tf.concat([means, tf.log(tf.add(deviations, look.floor))], 1) as tf.Tensor2D;
  const away = tf.sub(tf.matMul(all, look.projection), look.centre);
  return tf.log(tf.add(tf.mean(tf.square(away), 1), LEAST_DISTANCE));
}

/** The mean of each channel, then the deviation of each. */
function moments(stem: tf.Tensor4D): tf.Tensor2D {
  const { mean, variance } = tf.moments(stem, [1, 2]);
  return tf.concat([mean, tf.sqrt(variance)], 1) as tf.Tensor2D;
}

/** Fewer values, with about the same angles between them: sums with random signs (feature hashing, Weinberger et al. 2009). */
function folded(values: tf.Tensor2D): tf.Tensor2D {
  const [n, features] = values.shape;
  if (features <= MOST_VALUES) return values;
  const layers = Math.ceil(features / MOST_VALUES);
  const padding: [number, number] = [0, layers * MOST_VALUES - features];
  const signed = tf.pad(tf.mul(values, tf.tensor1d(signs(features))), [[0, 0], padding]);
  return tf.sum(tf.reshape(signed, [n, layers, MOST_VALUES]), 1);
}

const known = new Map<number, Float32Array>();

/** The same on every machine, for bundles don't hold them. */
function signs(features: number): Float32Array {
  let found = known.get(features);
  if (!found) {
    const random = new Random(0, 'signs');
    found = Float32Array.from({ length: features }, () => (random.int(2) === 0 ? -1 : 1));
    known.set(features, found);
  }
  return found;
}

function columns({ means, dimensions }: ClassDirections): tf.Tensor2D {
  return tf.tidy(() => {
    const rows = tf.tensor2d(Float32Array.from(means), [means.length / dimensions, dimensions]);
    return tf.transpose(tf.div(rows, tf.maximum(tf.norm(rows, 2, 1, true), LEAST_LENGTH))) as tf.Tensor2D;
  });
}
