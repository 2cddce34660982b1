import { ImageError } from '../../models/errors';
import { type ImageShape, imageSize } from '../../models/images/set';
import { Random } from '../../models/random';
import { allImages, type LoadedImages, spread } from './load';

/** Images that are looked at, spread over the set. */
const MOST_IMAGES = 4096;
/** Parts of a side that images are told apart by, at most, and pixels of a part's side, at least. */
const PARTS = 8;
const PART = 3;
/** Parts of copies differ by no more, as root mean square: noise, and what saving as JPEG does. */
const NEAR = 2;
/** Images that all are compared with: what a fifth of them is, one of these is, but for once in a thousand sets. */
const COMPARED = 32;
/** Values of an image that differ by no more are one colour. */
const FLAT = 2;
/** With at least this share the same, or of one colour, it is told. */
const TOLD = 0.2;

/** How many images are the same picture, or of one colour. */
export interface Alike {
  /** Images that were looked at. */
  readonly images: number;
  /** Of the picture that is there most often, how many copies and near-copies. */
  readonly same: number;
  /** Images of a single colour. */
  readonly flat: number;
}

/** Looks for copies of one picture, and for images of one colour, among up to 4096 of the images. */
export function lookForAlike(images: LoadedImages, signal?: AbortSignal): Alike {
  const sample = spread(allImages(images), MOST_IMAGES);
  const means: Float32Array[] = [];
  const { height, width } = images.shape;
  const parts = Math.max(1, Math.min(PARTS, Math.floor(Math.min(height, width) / PART)));
  let flat = 0;
  for (const image of sample) {
    signal?.throwIfAborted();
    const pixels = images.gather([image]);
    if (isFlat(pixels, images.shape.channels)) flat++;
    means.push(partsOf(pixels, images.shape, parts));
  }
  return { images: sample.length, same: mostAlike(means), flat };
}

/**
 * What is to be told of images that are alike: "380 of 480 images are the same picture".
 * @param what the set, in words
 * @throws ImageError where all are the same picture
 */
export function alikeInWords({ images, same, flat }: Alike, what: string): string[] {
  if (images > 1 && same === images) {
    throw new ImageError(`${what}: all ${images} images that were looked at are the same picture`, {
      hint:
        flat === images
          ? 'They are of one colour: the source of the images may be missing, or they were written before they were filled in, or as 0–1 in place of 0–255.'
          : 'Nothing can be learned from copies of one image: give the images that the net is used on.',
    });
  }
  const told: string[] = [];
  if (same > 1 && same >= TOLD * images)
    told.push(`${what}: ${same} of ${images} images are the same picture, or nearly`);
  if (flat > 1 && flat >= TOLD * images) told.push(`${what}: ${flat} of ${images} images are of one colour`);
  return told;
}

function isFlat(pixels: Float32Array, channels: number): boolean {
  for (let c = 0; c < channels; c++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = c; i < pixels.length; i += channels) {
      const value = pixels[i]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (most - least > FLAT) return false;
  }
  return true;
}

/** Means over parts × parts of an image, each channel for itself. */
function partsOf(pixels: Float32Array, shape: ImageShape, parts: number): Float32Array {
  const { height, width, channels } = shape;
  const sums = new Float32Array(parts * parts * channels);
  const counts = new Float32Array(parts * parts);
  for (let i = 0; i < imageSize(shape); i += channels) {
    const spot = i / channels;
    const row = Math.floor((Math.floor(spot / width) * parts) / height);
    const at = row * parts + Math.floor(((spot % width) * parts) / width);
    counts[at]!++;
    for (let c = 0; c < channels; c++) sums[at * channels + c]! += pixels[i + c]!;
  }
  return sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / channels)]!));
}

/** How many images are near one of some that are drawn, at most. */
function mostAlike(means: readonly Float32Array[]): number {
  const drawn = new Random(1, 'alike').permutation(means.length).subarray(0, COMPARED);
  const counts = Array.from(drawn, (one) => means.filter((other) => isNear(means[one]!, other)).length);
  return Math.max(0, ...counts);
}

function isNear(a: Float32Array, b: Float32Array): boolean {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i]! - b[i]!) ** 2;
  return squares <= NEAR * NEAR * a.length;
}
