import * as tf from '@tensorflow/tfjs-core';
import { answers } from '../../models/detector/margin';
import { imageTensor, outputsOf } from '../../models/detector/nets';
import type { NetParts } from '../../models/nets/parts';
import { Random } from '../../models/random';
import type { RepairContext } from './context';

/** Features are projected to at most so many random directions (Johnson and Lindenstrauss 1984). */
const MOST_DIMENSIONS = 300;
/** B's logits are kept, as the teacher's answers, while they take no more than this. */
const TEACHER_BYTES = 256 * 2 ** 20;
const BATCH = 128;

/** One feature space of B over all clean images. */
export interface FeatureSpace {
  readonly features: number;
  readonly dimensions: number;
  /** features × dimensions; undefined where the features are taken as they are. */
  readonly directions: Float32Array | undefined;
  /** images × dimensions. */
  readonly values: Float32Array;
}

/** What B says of the clean images, from one pass over them. */
export interface Observations {
  /** The class that B names for each image. */
  readonly named: Int32Array;
  /** images × classes, B's logits; undefined where they would take too much memory. */
  readonly logits: Float32Array | undefined;
  readonly latent: FeatureSpace;
  readonly trunk: FeatureSpace | undefined;
}

/** Runs B once over all clean images. */
export async function observe(context: RepairContext, parts: NetParts): Promise<Observations> {
  const { images, shape, pixels, classes } = context;
  const sizeOf = (output: number) =>
    parts.head.outputs[output]!.shape.slice(1).reduce<number>((product, side) => product * side!, 1);
  const latent = openSpace(context, sizeOf(1), 'latent');
  const trunk = parts.hasTrunk ? openSpace(context, sizeOf(2), 'trunk') : undefined;
  const keepLogits = images.count * classes * 4 <= TEACHER_BYTES;
  const logits = keepLogits ? new Float32Array(images.count * classes) : undefined;
  const named = new Int32Array(images.count);
  for (let start = 0; start < images.count; start += BATCH) {
    context.signal?.throwIfAborted();
    const n = Math.min(BATCH, images.count - start);
    const batch = images.gather(Int32Array.from({ length: n }, (_, i) => start + i));
    const made = tf.tidy(() => {
      const image = imageTensor(batch, n, shape, pixels);
      const stem = parts.stem ? outputsOf(parts.stem, image)[0]! : image;
      const [output, latentValues, trunkValues] = outputsOf(parts.head, stem);
      return [output!, project(latentValues!, n, latent), trunk && project(trunkValues!, n, trunk)] as const;
    });
    const [answered, latentRead, trunkRead] = await Promise.all(made.map(async (each) => each?.data()));
    tf.dispose(made as unknown as tf.Tensor[]);
    latent.space.values.set(latentRead as Float32Array, start * latent.space.dimensions);
    trunk?.space.values.set(trunkRead as Float32Array, start * trunk.space.dimensions);
    logits?.set(answered as Float32Array, start * classes);
    named.set(answers(answered as Float32Array, classes).classes, start);
    context.progress({ stage: 'Running B over the clean images', done: start + n, total: images.count });
    await new Promise(setImmediate);
  }
  latent.directions?.dispose();
  trunk?.directions?.dispose();
  return { named, logits, latent: latent.space, trunk: trunk?.space };
}

interface OpenSpace {
  readonly space: FeatureSpace;
  readonly directions: tf.Tensor2D | undefined;
}

function openSpace(context: RepairContext, features: number, name: string): OpenSpace {
  // Three times as many images as dimensions, in a cross-fitted fold too, or the covariance is mostly noise.
  const told = Math.floor((context.images.count * 0.75 - context.classes) / 3);
  const dimensions = Math.min(features, MOST_DIMENSIONS, Math.max(told, 8));
  let directions: Float32Array | undefined;
  if (dimensions < features) {
    const random = new Random(context.seed, `directions ${name}`);
    const length = 1 / Math.sqrt(features);
    directions = Float32Array.from({ length: features * dimensions }, () => random.normal() * length);
  }
  return {
    space: { features, dimensions, directions, values: new Float32Array(context.images.count * dimensions) },
    directions: directions && tf.tensor2d(directions, [features, dimensions]),
  };
}

function project(values: tf.Tensor, n: number, { directions }: OpenSpace): tf.Tensor {
  const flat = tf.reshape(values, [n, -1]);
  return directions ? tf.matMul(flat, directions) : flat;
}
