import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { GoodNetError } from '../errors';
import { type ImageShape, imageSize } from '../images/set';
import { CUT } from '../nets/features';
import type { PixelScaling } from '../pixels';
import { measure, type Surroundings } from './distances';
import type { Readings } from './evidence';
import type { Distances } from './familiarity';
import type { Gallery } from './gallery';
import { type ClassCloud, distances } from './mahalanobis';
import { type Answers, answers, leaveOut, margins, marginsAgainst } from './margin';
import { imageTensor, outputsOf } from './run';
import { summarise } from './summaries';

/** B′ as a net: it works on images, or on all that B gives (a list of tensors). */
export interface RepairedNet {
  readonly model: LayersModel;
  readonly from: 'image' | 'bad';
  /** Classes of which its relearned head is no evidence, for want of groups of clean images. */
  readonly unheard?: readonly number[] | undefined;
}

/** E as a net to logits: it works on images, or on the last of what B gives, the stem. */
export interface ExpertNet {
  readonly model: LayersModel;
  readonly from: 'image' | 'stem';
}

/** What halves of an image are transplanted onto, and what then answers. */
export interface Transplant {
  /** What is cut: what B gives as its cut (see featureNet), or images themselves. */
  readonly from: 'cut' | 'image';
  /** Clean images, the hosts: count × height × width × channels values of 0–255. */
  readonly hosts: Uint8Array;
  readonly count: number;
}

/** The nets behind a verdict. All of them end in logits. */
export interface DetectorNets {
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
  readonly classes: number;
  /** B: image → logits, or [logits, latent, trunk?, cut?, stem?] (see featureNet). */
  readonly bad: LayersModel;
  /** B′: logits, or [logits, scores of the relearned head]. Undefined where it is B with classes passed over. */
  readonly repaired: RepairedNet | undefined;
  /** E, the expert that forgot the clean task. */
  readonly expert: ExpertNet | undefined;
  /** What halves of an image are transplanted onto; undefined where that is not asked. */
  readonly transplant?: Transplant | undefined;
  /** What B′ names the class of the images by whose evidence speaks against B's; it needs B's stem. */
  readonly gallery?: Gallery | undefined;
}

/** Whitened class means by feature space, as far as there are any. */
export interface Clouds {
  readonly latent?: ClassCloud;
  readonly trunk?: ClassCloud;
}

/** What the nets say of n images. */
export interface NetReadings {
  readonly bad: Answers;
  /** What G answers where an image is clean: what B says of it, or of several views of it (see Views). */
  readonly answered: Answers;
  readonly repaired: Answers;
  /** −(logit margin of B′ at B's class): above 0 where B′ disagrees with B. */
  readonly disagreement: Float32Array;
  /**
   * The logits of an image: of B, of B′ as it is, and those of B′ where the evidence speaks against B's class: the
   * relearned head's without that class, or what the gallery says (see lookUp).
   */
  readonly logits: { readonly [of in 'bad' | 'repaired' | 'passedOver']: (image: number) => Float32Array };
  readonly evidence: Readings;
  /** What halves are cut from: n × values of the cut, or of the scaled images. Undefined where that is not asked. */
  readonly cut: Float32Array | undefined;
  /** What the gallery is asked with: n × values of B's stem. Undefined where there is none. */
  readonly stem?: Float32Array | undefined;
  /** How far the images are from the clean ones; undefined where that is not asked. */
  readonly distances?: Distances | undefined;
}

/** The tensors that hold a cloud while it is in use. */
export interface LoadedCloud {
  readonly cloud: Omit<ClassCloud, 'projection'>;
  readonly projection: tf.Tensor2D;
}

/** Puts a cloud's projection into a tensor; what the cloud was read from is not held on to. */
export function loadCloud({ projection, ...cloud }: ClassCloud): LoadedCloud {
  return {
    cloud: { ...cloud, means: cloud.means.slice() },
    projection: tf.tensor2d(projection, [cloud.features, cloud.dimensions]),
  };
}

export function disposeCloud(loaded: LoadedCloud | undefined): void {
  loaded?.projection.dispose();
}

/**
 * Runs up to RUN_BATCH images through B, B′ and E.
 * @param pixels n × height × width × channels values of 0–255
 * @param surroundings what distances are measured to; left out: they are not asked for
 */
export async function readNets(
  nets: DetectorNets,
  clouds: { latent: LoadedCloud | undefined; trunk: LoadedCloud | undefined },
  pixels: Uint8Array | Float32Array,
  n: number,
  surroundings?: Surroundings,
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
      ? outputsOf(nets.repaired.model, nets.repaired.from === 'bad' ? made.slice(0, 3) : image)
      : [];
    return {
      bad: bad!,
      repaired,
      relearned,
      expert:
        nets.expert && outputsOf(nets.expert.model, nets.expert.from === 'stem' ? made.at(-1)! : image)[0]!,
      latent: project(latent, clouds.latent),
      trunk: project(trunk, clouds.trunk),
      cut: nets.transplant && (nets.transplant.from === 'cut' ? made[CUT]! : image),
      stem: nets.gallery || surroundings?.look ? made.at(-1)! : undefined,
      whole: surroundings && { latent: latent!, trunk: surroundings.trunk && trunk! },
    };
  });
  const read = async (tensor: tf.Tensor | undefined) => {
    if (!tensor) return undefined;
    const values = (await tensor.data()) as Float32Array;
    tensor.dispose();
    return values;
  };
  const { bad: badLogits, whole, ...others } = outputs;
  const [bad, ownRepaired, relearned, expert, latent, trunk, cut, stem, wholeLatent, wholeTrunk] =
    await Promise.all(
      [
        badLogits,
        others.repaired,
        others.relearned,
        others.expert,
        others.latent,
        others.trunk,
        others.cut,
        others.stem,
        whole?.latent,
        whole?.trunk,
      ].map(read),
    );
  const answered = answers(bad!, nets.classes);
  if (answered.probabilities.some(Number.isNaN)) {
    throw new GoodNetError('The BadNet answers an image with values that are no numbers (NaN or infinite)', {
      hint: 'Check the net, and how pixels are scaled (--pixels).',
    });
  }
  const { classes } = nets;
  const repaired = ownRepaired ?? bad!;
  const passedOver = relearned ?? repaired;
  const row = (logits: Float32Array, i: number) => logits.subarray(i * classes, (i + 1) * classes);
  return {
    bad: answered,
    answered,
    repaired: ownRepaired ? answers(ownRepaired, classes) : answered,
    disagreement: margins(repaired, classes, answered.classes).map((margin) => -margin),
    logits: {
      bad: (i) => row(bad!, i),
      repaired: (i) => row(repaired, i),
      passedOver: (i) => leaveOut(row(passedOver, i), answered.classes[i]!),
    },
    evidence: {
      confidence: margins(bad!, classes, answered.classes),
      forgetting: expert && margins(expert, classes, answered.classes),
      latent: latent && clouds.latent && distances(latent, answered.classes, clouds.latent.cloud),
      trunk: trunk && clouds.trunk && distances(trunk, answered.classes, clouds.trunk.cloud),
      relearned: relearned && marginsAgainst(relearned, classes, answered.classes, nets.repaired?.unheard),
    },
    cut,
    stem,
    distances:
      surroundings &&
      measure(
        summarise(
          {
            logits: bad!,
            latent: wholeLatent!,
            trunk: wholeTrunk,
            stem: surroundings.look && { values: stem!, channels: surroundings.look.channels },
          },
          n,
        ),
        surroundings,
      ),
  };
}
