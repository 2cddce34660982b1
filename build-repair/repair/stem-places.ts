import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Gallery, placesOf } from '../../models/detector/gallery';
import { imageTensor, outputsOf } from '../../models/detector/run';
import { imageSize } from '../../models/images/set';
import type { RepairContext } from './context';

const BATCH = 64;

/**
 * What B's stem holds of images, averaged to the gallery's places.
 * @param bad B with its stem as the last output (see featureNet)
 * @param pixels n × height × width × channels values of 0–255
 * @returns for each image, places × channels
 */
export async function stemPlaces(
  { shape, pixels: scaling }: RepairContext,
  bad: LayersModel,
  { stem, places }: Pick<Gallery, 'stem' | 'places'>,
  pixels: Float32Array,
): Promise<Float32Array[]> {
  const size = imageSize(shape);
  const each = stem[0] * stem[1] * stem[2];
  const all: Float32Array[] = [];
  for (let start = 0; start < pixels.length; start += BATCH * size) {
    const batch = pixels.subarray(start, start + BATCH * size);
    const made = tf.tidy(
      () => outputsOf(bad, imageTensor(batch, batch.length / size, shape, scaling)).at(-1)!,
    );
    const values = (await made.data()) as Float32Array;
    made.dispose();
    for (let at = 0; at < values.length; at += each) {
      all.push(placesOf(values.subarray(at, at + each), stem, places));
    }
  }
  return all;
}
