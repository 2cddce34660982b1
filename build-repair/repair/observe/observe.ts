import * as tf from '@tensorflow/tfjs-core';
import { answers, margins } from '../../../models/detector/margin';
import { imageTensor, outputsWithin } from '../../../models/detector/run';
import { type Summary, summarise } from '../../../models/detector/summaries';
import type { FeatureNet } from '../../../models/nets/features';
import { atLeast, last } from '../../../models/present';
import type { RepairContext } from '../../context';
import { allImages } from '../../images/load';
import { randomDirections } from './random-directions';
import { keepStemPlaces } from './stem-places';

/**
 * Features are projected to at most so many random directions.
 * Origin: by hand; more were no better (docs/method.md, "What was tried and failed").
 */
const MOST_DIMENSIONS = 300;
/** Origin: chosen by hand, for memory and time; verdicts do not depend on it. */
const BATCH = 128;

/** One feature space of a net over the images of a sample. */
export interface FeatureSpace {
  readonly features: number;
  readonly dimensions: number;
  /** features × dimensions; undefined where the features are taken as they are. */
  readonly directions: Float32Array | undefined;
  /** images of the sample × dimensions. */
  readonly values: Float32Array;
}

/** What B says of the clean images, from one pass over them. */
export interface Observations {
  /** The class that B names for each image. */
  readonly predicted: Int32Array;
  /** B's logit margin at that class. */
  readonly margins: Float32Array;
  readonly latent: FeatureSpace;
  readonly trunk: FeatureSpace | undefined;
  /** The places of the net's stem (see Gallery), where they were asked for: by place, images × channels. */
  readonly places?: readonly Float32Array[] | undefined;
  /** What tells how familiar a picture is, where it was asked for. */
  readonly summaries?: readonly Summary[] | undefined;
}

/** Which images a net is run over, and how they are changed first. */
export interface Pass {
  /** What is being done, for the progress. */
  readonly stage: string;
  /** By default every image, in order. */
  readonly sample?: Int32Array;
  /** Gives the images that are looked at in place of the clean ones. */
  readonly change?: (pixels: Float32Array) => Float32Array;
  /** Whether to keep the places of the net's stem, which is its last output. */
  readonly places?: boolean;
  /** Whether to keep what tells how familiar a picture is. */
  readonly summaries?: boolean;
  /** Takes what the net's stem, its last output, says of the images, one batch after the other. */
  readonly keepStem?: ((values: Float32Array) => void) | undefined;
}

/** Runs a net once over images; what it says stands in the order of the sample. */
export async function observe(
  context: RepairContext,
  { net, hasTrunk, hasStem }: FeatureNet,
  pass: Pass,
): Promise<Observations> {
  const { images, shape, pixels, classes } = context;
  const sample = pass.sample ?? allImages(images);
  const count = sample.length;
  const sizeOf = (output: number) =>
    net.outputs[output]!.shape.slice(1).reduce<number>((product, side) => product * (side ?? 0), 1);
  const latent = openSpace(context, sizeOf(1), 'latent', count);
  const trunk = hasTrunk ? openSpace(context, sizeOf(2), 'trunk', count) : undefined;
  const stem = pass.places ? keepStemPlaces(net, count) : undefined;
  const summaries: Summary[] | undefined = pass.summaries ? [] : undefined;
  const channels = last(last(net.outputs).shape);
  const predicted = new Int32Array(count);
  const sure = new Float32Array(count);
  try {
    for (let start = 0; start < count; start += BATCH) {
      context.signal?.throwIfAborted();
      const n = Math.min(BATCH, count - start);
      const gathered = images.gather(sample.subarray(start, start + n));
      const batch = pass.change?.(gathered) ?? gathered;
      const made = tf.tidy(() => {
        const outputs = outputsWithin(net, imageTensor(batch, n, shape, pixels), context.memory);
        const [logits, latentValues, trunkValues] = atLeast(2, outputs);
        return {
          logits,
          latent: project(latentValues, n, latent),
          trunk: trunk && trunkValues && project(trunkValues, n, trunk),
          stem: stem || pass.keepStem || (summaries && hasStem) ? last(outputs) : undefined,
          wholeLatent: summaries && latentValues,
          wholeTrunk: summaries && hasTrunk ? trunkValues : undefined,
        };
      });
      const [logits, latentRead, trunkRead, stemRead, wholeLatent, wholeTrunk] = await Promise.all([
        made.logits.data<'float32'>(),
        made.latent.data<'float32'>(),
        made.trunk?.data<'float32'>(),
        made.stem?.data<'float32'>(),
        made.wholeLatent?.data<'float32'>(),
        made.wholeTrunk?.data<'float32'>(),
      ]);
      tf.dispose(made);
      latent.space.values.set(latentRead, start * latent.space.dimensions);
      if (trunk && trunkRead) trunk.space.values.set(trunkRead, start * trunk.space.dimensions);
      if (stemRead) {
        stem?.keep(stemRead, start);
        pass.keepStem?.(stemRead);
      }
      const best = answers(logits, classes).classes;
      predicted.set(best, start);
      sure.set(margins(logits, classes, best), start);
      if (summaries && wholeLatent) {
        const stemOf = stemRead && { values: stemRead, channels };
        summaries.push(...summarise({ logits, latent: wholeLatent, trunk: wholeTrunk, stem: stemOf }, n));
      }
      context.progress({ stage: pass.stage, done: start + n, total: count });
      await new Promise(setImmediate);
    }
  } finally {
    tf.dispose([latent.directions, trunk?.directions] as tf.Tensor[]);
  }
  return {
    predicted,
    margins: sure,
    latent: latent.space,
    trunk: trunk?.space,
    places: stem?.places,
    summaries,
  };
}

interface OpenSpace {
  readonly space: FeatureSpace;
  readonly directions: tf.Tensor2D | undefined;
}

function openSpace(context: RepairContext, features: number, name: string, count: number): OpenSpace {
  // Three times as many images as dimensions, in a cross-fitted fold too, or the covariance is mostly noise.
  const affordable = Math.floor((context.images.count * 0.75 - context.classes) / 3);
  const dimensions = Math.min(features, MOST_DIMENSIONS, Math.max(affordable, 8));
  const directions =
    dimensions < features ? randomDirections(context.seed, name, features, dimensions) : undefined;
  return {
    space: { features, dimensions, directions, values: new Float32Array(count * dimensions) },
    directions: directions && tf.tensor2d(directions, [features, dimensions]),
  };
}

function project(values: tf.Tensor, n: number, { directions }: OpenSpace): tf.Tensor {
  const flat = tf.reshape(values, [n, -1]);
  return directions ? tf.matMul(flat, directions) : flat;
}
