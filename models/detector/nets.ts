import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { GoodNetError } from '../errors';
import { type ImageShape, imageSize } from '../images/set';
import { type PixelScaling, pixelFactors } from '../pixels';
import type { Readings } from './evidence';
import { type ClassCloud, distances } from './mahalanobis';
import { type Answers, answers, margins } from './margin';

/** A net that works on images, or on what the stem made of them. */
export interface PartNet {
  readonly model: LayersModel;
  readonly from: 'image' | 'stem';
}

/** The nets behind a verdict. All of them end in logits. */
export interface DetectorNets {
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
  readonly classes: number;
  /** First layers that B shares with B′: image → features. Undefined where nothing is shared. */
  readonly stem: LayersModel | undefined;
  /** B: logits, or [logits, latent, trunk]. */
  readonly bad: PartNet;
  /** B′: logits. */
  readonly repaired: PartNet;
  /** E, the expert that forgot the clean task: logits. */
  readonly expert: PartNet | undefined;
}

/** Whitened class means by feature space, as far as there are any. */
export interface Clouds {
  readonly latent?: ClassCloud;
  readonly trunk?: ClassCloud;
}

/** What the nets say of n images. */
export interface NetReadings {
  readonly bad: Answers;
  readonly repaired: Answers;
  /** −(logit margin of B′ at B's class): above 0 where B′ disagrees with B. */
  readonly disagreement: Float32Array;
  readonly evidence: Readings;
}

/** Images run through the nets at once; larger calls are cut up. */
export const RUN_BATCH = 64;

/** A tensor of images as the nets take them: n × height × width × channels, scaled. */
export function imageTensor(
  pixels: Uint8Array | Float32Array,
  n: number,
  shape: ImageShape,
  scaling: PixelScaling,
): tf.Tensor4D {
  return tf.tidy(() => {
    const { factor, offset } = pixelFactors(scaling, shape.channels);
    const raw = tf.tensor4d(
      Float32Array.from(pixels),
      [n, shape.height, shape.width, shape.channels],
      'float32',
    );
    const scaled = factor.every((each) => each === factor[0])
      ? tf.mul(raw, factor[0]!)
      : tf.mul(raw, tf.tensor1d(factor));
    return (offset.every((each) => each === 0) ? scaled : tf.add(scaled, tf.tensor1d(offset))) as tf.Tensor4D;
  });
}

/** The tensor outputs of a net, one or several. */
export function outputsOf(model: LayersModel, input: tf.Tensor): tf.Tensor[] {
  const made = model.apply(input, { training: false }) as tf.Tensor | tf.Tensor[];
  return Array.isArray(made) ? made : [made];
}

/** The tensors that hold a cloud while it is in use. */
export interface LoadedCloud {
  readonly cloud: ClassCloud;
  readonly projection: tf.Tensor2D;
}

/** Puts a cloud's arrays into tensors. */
export function loadCloud(cloud: ClassCloud): LoadedCloud {
  return {
    cloud,
    projection: tf.tensor2d(cloud.projection, [cloud.features, cloud.dimensions]),
  };
}

export function disposeCloud(loaded: LoadedCloud | undefined): void {
  loaded?.projection.dispose();
}

/**
 * Runs up to RUN_BATCH images through B, B′ and E.
 * @param pixels n × height × width × channels values of 0–255
 */
export async function readNets(
  nets: DetectorNets,
  clouds: { latent: LoadedCloud | undefined; trunk: LoadedCloud | undefined },
  pixels: Uint8Array | Float32Array,
  n: number,
): Promise<NetReadings> {
  if (pixels.length !== n * imageSize(nets.shape)) {
    throw new RangeError(
      `${n} images of ${imageSize(nets.shape)} values expected, ${pixels.length} values given`,
    );
  }
  const outputs = tf.tidy(() => {
    const image = imageTensor(pixels, n, nets.shape, nets.pixels);
    const stem = nets.stem ? outputsOf(nets.stem, image)[0]! : image;
    const run = (part: PartNet) => outputsOf(part.model, part.from === 'stem' ? stem : image);
    const [bad, latent, trunk] = run(nets.bad);
    const project = (features: tf.Tensor | undefined, loaded: LoadedCloud | undefined) =>
      features && loaded ? tf.matMul(tf.reshape(features, [n, -1]), loaded.projection) : undefined;
    return {
      bad: bad!,
      repaired: run(nets.repaired)[0]!,
      expert: nets.expert && run(nets.expert)[0]!,
      latent: project(latent, clouds.latent),
      trunk: project(trunk, clouds.trunk),
    };
  });
  const read = async (tensor: tf.Tensor | undefined) => {
    if (!tensor) return undefined;
    const values = (await tensor.data()) as Float32Array;
    tensor.dispose();
    return values;
  };
  const [bad, repaired, expert, latent, trunk] = await Promise.all(
    [outputs.bad, outputs.repaired, outputs.expert, outputs.latent, outputs.trunk].map(read),
  );
  const answered = answers(bad!, nets.classes);
  if (answered.probabilities.some(Number.isNaN)) {
    throw new GoodNetError('The BadNet answers an image with values that are no numbers (NaN or infinite)', {
      hint: 'Check the net, and how pixels are scaled (--pixels).',
    });
  }
  const disagreement = margins(repaired!, nets.classes, answered.classes).map((margin) => -margin);
  return {
    bad: answered,
    repaired: answers(repaired!, nets.classes),
    disagreement,
    evidence: {
      forgetting: expert && margins(expert, nets.classes, answered.classes),
      latent: latent && clouds.latent && distances(latent, answered.classes, clouds.latent.cloud),
      trunk: trunk && clouds.trunk && distances(trunk, answered.classes, clouds.trunk.cloud),
    },
  };
}
