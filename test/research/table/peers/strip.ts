import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LoadedImages } from '../../../../build-repair/images/load';
import { pValue } from '../../../../models/detector/conformal';
import { answers } from '../../../../models/detector/margin';
import { imageTensor, toLogitsBy, valuesOf } from '../../../../models/detector/run';
import { type ImageShape, imageSize } from '../../../../models/images/set';
import type { PixelScaling } from '../../../../models/pixels';
import { Random } from '../../../../models/random';
import type { Verdict } from '../../../../models/verdict';

/** What STRIP works with. */
export interface StripSetUp {
  /** B, to logits; whoever made it disposes it. */
  readonly net: LayersModel;
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
  /** N. */
  readonly classes: number;
  /** Clean images. */
  readonly images: Pick<LoadedImages, 'gather'>;
  /** Those that others are blended with. */
  readonly overlays: Int32Array;
  /** Those that tell which entropies are low; none of the overlays. */
  readonly calibration: Int32Array;
  /** How many blends an image is judged by. */
  readonly blends: number;
  /** False-positive rate, 0–1. */
  readonly alpha: number;
  readonly seed: number;
}

/**
 * STRIP, a peer: Gao, Xu, Wang, Chen, Ranasinghe, Nepal, "STRIP: A Defence Against Trojan Attacks on Deep Neural Networks",
 * ACSAC 2019. An image is superimposed with clean ones; where B is as sure of all blends as a trigger makes it, the mean entropy of its
 * answers is low. As published, overlays are drawn anew for each image. The threshold is that of a false-positive rate α on clean
 * images: the p-value by which GoodNet decides, too.
 *
 * Images are blended half and half. The authors' code adds them up whole; so B is shown pixels brighter than any that it knows, or ones
 * that are cut off at white. On faces1283 that found less on the whole (docs/results.md), and a peer is to be shown at its best.
 */
export class Strip {
  private readonly random: Random;
  private ascending = new Float32Array();

  private constructor(private readonly setUp: StripSetUp) {
    this.random = new Random(setUp.seed, 'strip');
  }

  /** @param onProgress is told how many of the calibration images are done */
  static async calibrated(setUp: StripSetUp, onProgress: (done: number) => void = () => {}): Promise<Strip> {
    const strip = new Strip(setUp);
    const suspicion = new Float32Array(setUp.calibration.length);
    for (const [place, image] of setUp.calibration.entries()) {
      suspicion[place] = -strip.entropy(setUp.images.gather([image]));
      onProgress(place + 1);
      if (place % 16 === 0) await new Promise(setImmediate);
    }
    strip.ascending = suspicion.sort();
    return strip;
  }

  /**
   * A verdict for each image; there is no B′, and B answers in its place.
   * @param pixels n × height × width × channels values of 0–255
   */
  async classify(pixels: Uint8Array | Float32Array, n: number): Promise<Verdict[]> {
    const { net, shape, classes, alpha } = this.setUp;
    const logits = await toLogitsBy(net, (rows, count) => this.input(rows, count))(
      Float32Array.from(pixels),
      n,
    );
    const bad = answers(logits, classes);
    const size = imageSize(shape);
    return Array.from({ length: n }, (_, i) => {
      const suspicion = -this.entropy(pixels.subarray(i * size, (i + 1) * size));
      const p = pValue(this.ascending, suspicion);
      const answer = { class: bad.classes[i]!, probability: bad.probabilities[i]! };
      const backdoored = p <= alpha;
      return {
        class: backdoored ? classes : answer.class,
        backdoored,
        pValue: p,
        suspicion,
        answer,
        bad: answer,
        repaired: answer,
      };
    });
  }

  /** Mean entropy, in bits, of what B answers to blends of one image. */
  private entropy(image: Uint8Array | Float32Array): number {
    const { net, images, overlays, blends } = this.setUp;
    const drawn = Array.from({ length: blends }, () => overlays[this.random.int(overlays.length)]!);
    const blended = superimpose(image, images.gather(drawn));
    const entropies = valuesOf(() => {
      const logits = net.apply(this.input(blended, blends), { training: false }) as tf.Tensor2D;
      const logP = tf.logSoftmax(logits);
      return tf.neg(tf.sum(tf.mul(tf.exp(logP), logP), 1));
    });
    return entropies.reduce((sum, each) => sum + each, 0) / blends / Math.LN2;
  }

  private input(pixels: Float32Array, n: number): tf.Tensor4D {
    return imageTensor(pixels, n, this.setUp.shape, this.setUp.pixels);
  }
}

/**
 * One image and each of several others, half and half.
 * @param image height × width × channels values of 0–255
 * @param overlays as many values, several times
 * @returns as many as overlays, 0–255
 */
export function superimpose(image: Uint8Array | Float32Array, overlays: Float32Array): Float32Array {
  const blended = new Float32Array(overlays.length);
  for (let start = 0; start < overlays.length; start += image.length)
    for (let i = 0; i < image.length; i++) blended[start + i] = (overlays[start + i]! + image[i]!) / 2;
  return blended;
}
