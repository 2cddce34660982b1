import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Gallery, placesFor, placesOf } from '../../../models/detector/gallery';
import { imageTensor, outputsWithin } from '../../../models/detector/run';
import { imageSize } from '../../../models/images/set';
import { last } from '../../../models/present';
import type { RepairContext } from '../../context';

/** Origin: chosen by hand, for memory and time; verdicts do not depend on it. */
const BATCH = 64;

/**
 * What B's stem holds of images, averaged to the gallery's places.
 * @param bad B with its stem as the last output (see featureNet)
 * @param pixels n × height × width × channels values of 0–255
 * @returns for each image, places × channels
 */
export async function stemPlaces(
  { shape, pixels: scaling, memory }: RepairContext,
  bad: LayersModel,
  { stem, places }: Pick<Gallery, 'stem' | 'places'>,
  pixels: Float32Array,
): Promise<Float32Array[]> {
  const size = imageSize(shape);
  const all: Float32Array[] = [];
  for (let start = 0; start < pixels.length; start += BATCH * size) {
    const batch = pixels.subarray(start, start + BATCH * size);
    const made = tf.tidy(() =>
      last(outputsWithin(bad, imageTensor(batch, batch.length / size, shape, scaling), memory)),
    );
    const values = (await made.data()) as Float32Array;
    made.dispose();
    all.push(...averaged(values, { stem, places }));
  }
  return all;
}

/**
 * Keeps what a net's stem holds of images that are run one batch after the other.
 * @param net its stem is its last output
 * @param count how many images there will be
 */
export function keepStemPlaces(net: LayersModel, count: number) {
  const stem = last(net.outputs).shape.slice(1) as [number, number, number];
  const [height, width, channels] = stem;
  const grid = placesFor({ height, width });
  const places = Array.from({ length: grid[0] * grid[1] }, () => new Float32Array(count * channels));
  return {
    /** By place: images × channels. */
    places,
    /** @param values what the stem says of some images @param start the first of them */
    keep(values: Float32Array, start: number): void {
      averaged(values, { stem, places: grid }).forEach((image, i) => {
        places.forEach((place, p) => {
          place.set(image.subarray(p * channels, (p + 1) * channels), (start + i) * channels);
        });
      });
    },
  };
}

/** @param values n × the stem's @returns for each image, places × channels */
function averaged(values: Float32Array, { stem, places }: Pick<Gallery, 'stem' | 'places'>): Float32Array[] {
  const each = stem[0] * stem[1] * stem[2];
  return Array.from({ length: values.length / each }, (_, i) =>
    placesOf(values.subarray(i * each, (i + 1) * each), stem, places),
  );
}
