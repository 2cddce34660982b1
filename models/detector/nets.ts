import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { GoodNetError } from '../errors';
import { type ImageShape, imageSize } from '../images/set';
import { type PixelScaling, pixelFactors } from '../pixels';
import type { NetAnswer } from '../verdict';
import type { Readings } from './evidence';
import { type ClassCloud, distances } from './mahalanobis';
import { type Answers, answers, answerWithout, margins } from './margin';
import { HALVES, type Hosts, secondHighestHalf, transplants } from './transplant';

/** B′ as a net: it works on images, or on all that B gives (a list of tensors). */
export interface RepairedNet {
  readonly model: LayersModel;
  readonly from: 'image' | 'bad';
}

/** The nets behind a verdict. All of them end in logits. */
export interface DetectorNets {
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
  readonly classes: number;
  /** B: image → logits, or [logits, latent, trunk?]. */
  readonly bad: LayersModel;
  /** B′: logits, or [logits, scores of the relearned head]. Undefined where it is B with classes passed over. */
  readonly repaired: RepairedNet | undefined;
  /** E, the expert that forgot the clean task: image → logits. */
  readonly expert: LayersModel | undefined;
  /** Clean images that halves of an image are transplanted onto; undefined where that is not asked. */
  readonly hosts?: Hosts | undefined;
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
  /** What B′ answers to an image when B's class is left out: the relearned head's answer, where there is one. */
  readonly otherwise: (image: number) => NetAnswer;
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
export function outputsOf(model: LayersModel, input: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
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
    const made = outputsOf(nets.bad, image);
    const [bad, latent, trunk] = made;
    const project = (features: tf.Tensor | undefined, loaded: LoadedCloud | undefined) =>
      features && loaded ? tf.matMul(tf.reshape(features, [n, -1]), loaded.projection) : undefined;
    const [repaired, relearned] = nets.repaired
      ? outputsOf(nets.repaired.model, nets.repaired.from === 'bad' ? made : image)
      : [];
    return {
      bad: bad!,
      repaired,
      relearned,
      expert: nets.expert && outputsOf(nets.expert, image)[0]!,
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
  const [bad, ownRepaired, relearned, expert, latent, trunk] = await Promise.all(
    [outputs.bad, outputs.repaired, outputs.relearned, outputs.expert, outputs.latent, outputs.trunk].map(
      read,
    ),
  );
  const answered = answers(bad!, nets.classes);
  if (answered.probabilities.some(Number.isNaN)) {
    throw new GoodNetError('The BadNet answers an image with values that are no numbers (NaN or infinite)', {
      hint: 'Check the net, and how pixels are scaled (--pixels).',
    });
  }
  const { classes } = nets;
  const repaired = ownRepaired ?? bad!;
  const others = relearned ?? repaired;
  return {
    bad: answered,
    repaired: ownRepaired ? answers(ownRepaired, classes) : answered,
    disagreement: margins(repaired, classes, answered.classes).map((margin) => -margin),
    otherwise: (i) => answerWithout(others.subarray(i * classes, (i + 1) * classes), answered.classes[i]!),
    evidence: {
      forgetting: expert && margins(expert, classes, answered.classes),
      latent: latent && clouds.latent && distances(latent, answered.classes, clouds.latent.cloud),
      trunk: trunk && clouds.trunk && distances(trunk, answered.classes, clouds.trunk.cloud),
      relearned: relearned && margins(relearned, classes, answered.classes).map((margin) => -margin),
      transplant: nets.hosts && (await transplantEvidence(nets, nets.hosts, pixels, n, answered.classes)),
    },
  };
}

/**
 * How sure B stays of its class c when half of an image is transplanted onto clean ones: the mean logit margin at c, of
 * the half that comes second.
 * @param pixels n × height × width × channels values of 0–255
 * @param at the class c of each image
 */
export async function transplantEvidence(
  nets: Pick<DetectorNets, 'shape' | 'pixels' | 'classes' | 'bad'>,
  hosts: Hosts,
  pixels: Uint8Array | Float32Array,
  n: number,
  at: Int32Array,
): Promise<Float32Array> {
  const { shape, classes } = nets;
  const size = imageSize(shape);
  const total = HALVES * hosts.count;
  const found = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const made = transplants(pixels.subarray(i * size, (i + 1) * size), hosts, shape);
    const all = new Float32Array(total);
    for (let start = 0; start < total; start += RUN_BATCH) {
      const count = Math.min(RUN_BATCH, total - start);
      const batch = made.subarray(start * size, (start + count) * size);
      const logits = tf.tidy(() => outputsOf(nets.bad, imageTensor(batch, count, shape, nets.pixels))[0]!);
      const values = (await logits.data()) as Float32Array;
      logits.dispose();
      all.set(margins(values, classes, new Int32Array(count).fill(at[i]!)), start);
    }
    found[i] = secondHighestHalf(all);
  }
  return found;
}
