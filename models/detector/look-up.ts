import * as tf from '@tensorflow/tfjs-core';
import { imageSize } from '../images/set';
import { type Gallery, placesOf, projectPlaces, resemblance } from './gallery';
import type { DetectorNets, NetReadings } from './nets';
import { imageTensor, outputsOf, RUN_BATCH } from './run';

/**
 * Looks some images up in the gallery, so that B′ names what they resemble where it passes B's class over.
 * @param pixels what was read: n × height × width × channels values of 0–255
 * @param which the images to look up
 * @param isLeftOut tells which of the gallery's images not to look at, for an image
 */
export async function lookUp(
  nets: Pick<DetectorNets, 'bad' | 'shape' | 'pixels' | 'classes'>,
  gallery: Gallery,
  pixels: Uint8Array | Float32Array,
  readings: NetReadings,
  which: readonly number[],
  isLeftOut?: (image: number, entry: number) => boolean,
): Promise<NetReadings> {
  if (which.length === 0) return readings;
  const size = imageSize(nets.shape);
  const chosen = new Float32Array(which.length * size);
  which.forEach((image, i) => {
    chosen.set(pixels.subarray(image * size, (image + 1) * size), i * size);
  });
  const places = await stemPlaces(nets, gallery, chosen, which.length);
  const found = new Map(
    which.map((image, i) => [
      image,
      resemblance(
        gallery,
        projectPlaces(places[i]!, gallery),
        nets.classes,
        isLeftOut && ((entry) => isLeftOut(image, entry)),
      ),
    ]),
  );
  const { passedOver } = readings.logits;
  return { ...readings, logits: { ...readings.logits, passedOver: (i) => found.get(i) ?? passedOver(i) } };
}

/** The stem's values of n images, averaged to places; each places × channels. */
export async function stemPlaces(
  nets: Pick<DetectorNets, 'bad' | 'shape' | 'pixels'>,
  { stem, places }: Pick<Gallery, 'stem' | 'places'>,
  pixels: Float32Array,
  n: number,
): Promise<Float32Array[]> {
  const size = imageSize(nets.shape);
  const all: Float32Array[] = [];
  for (let start = 0; start < n; start += RUN_BATCH) {
    const count = Math.min(RUN_BATCH, n - start);
    const made = tf.tidy(
      () =>
        outputsOf(
          nets.bad,
          imageTensor(pixels.subarray(start * size, (start + count) * size), count, nets.shape, nets.pixels),
        ).at(-1)!,
    );
    const values = (await made.data()) as Float32Array;
    made.dispose();
    const each = stem[0] * stem[1] * stem[2];
    for (let i = 0; i < count; i++) {
      all.push(placesOf(values.subarray(i * each, (i + 1) * each), stem, places));
    }
  }
  return all;
}
