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
/** Nor by more than this share of what the parts of one of them differ by, or so many times what noise adds: pictures may be dark, or faint. */
const NEAR_SHARE = 0.25;
const NOISES = 2;
/** Images that all are compared with, drawn. */
const COMPARED = 128;
/** Two of many may be near by chance: a copy is this share as far apart at most. */
const COPY = 0.5;
/** Values of an image that differ by no more are one colour. */
const FLAT = 2;
/** With at least this share the same, or of one colour, it is told. */
const LEAST_SHARE = 0.2;

/** How many images are the same picture, or of one colour. */
export interface Alike {
  /** Images that were looked at. */
  readonly images: number;
  /** Of the picture that is there most often, how many copies and near-copies. */
  readonly same: number;
  /** Of those that all were compared with (`compared`), how many have a copy or near-copy, of another group where there are groups. */
  readonly copied: number;
  readonly compared: number;
  /** Images of a single colour. */
  readonly flat: number;
  /** Images that show nothing but a single colour and noise. */
  readonly plain: number;
}

/** The means of an image's parts, and by how much those of a copy may differ from them. */
interface Parts {
  readonly means: Float32Array;
  /** As root mean square. */
  readonly limit: number;
  readonly isPlain: boolean;
}

/** Looks for copies of one picture, and for images of one colour, among up to 4096 of the images. */
export function lookForAlike(images: LoadedImages, signal?: AbortSignal): Alike {
  const sample = spread(allImages(images), MOST_IMAGES);
  const all: Parts[] = [];
  const { height, width } = images.shape;
  const parts = Math.max(1, Math.min(PARTS, Math.floor(Math.min(height, width) / PART)));
  let flat = 0;
  for (const image of sample) {
    signal?.throwIfAborted();
    const pixels = images.gather([image]);
    const picture = partsOf(pixels, images.shape, parts);
    if (picture.isPlain && isFlat(pixels, images.shape.channels)) flat++;
    all.push(picture);
  }
  const plain = all.filter(({ isPlain }) => isPlain).length;
  const { groups } = images;
  const groupOf = (place: number) => groups?.[sample[place]!];
  return { images: sample.length, ...copiesAmong(all, groupOf), flat, plain };
}

/**
 * What is to be told of images that are alike: "380 of 480 images are the same picture".
 * @param what the set, in words
 * @throws ImageError where all are the same picture
 */
export function alikeInWords({ images, same, copied, compared, flat, plain }: Alike, what: string): string[] {
  if (images > 1 && same === images) {
    const noisy = plain === images && flat < images ? ', of one colour but for noise' : '';
    throw new ImageError(`${what}: all ${images} images that were looked at are the same picture${noisy}`, {
      hint:
        plain === images
          ? 'They are of one colour: the source of the images may be missing, or they were written before they were filled in, or as 0–1 in place of 0–255.'
          : 'Nothing can be learned from copies of one image: give the images that the net is used on.',
    });
  }
  const lines: string[] = [];
  if (same > 1 && same >= LEAST_SHARE * images)
    lines.push(`${what}: ${same} of ${images} images are the same picture, or nearly`);
  else if (copied > 1 && copied >= LEAST_SHARE * compared)
    lines.push(
      `${what}: ${copied} of ${compared} images that were compared with the others have a copy, or nearly, among them: the net is fitted on one and calibrated on the other, so that new pictures may be flagged more often than promised. Leave copies out, or keep them together by --group`,
    );
  if (flat > 1 && flat >= LEAST_SHARE * images)
    lines.push(`${what}: ${flat} of ${images} images are of one colour`);
  return lines;
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
function partsOf(pixels: Float32Array, shape: ImageShape, parts: number): Parts {
  const { height, width, channels } = shape;
  let squares = 0;
  const sums = new Float32Array(parts * parts * channels);
  const counts = new Float32Array(parts * parts);
  for (let i = 0; i < imageSize(shape); i += channels) {
    const spot = i / channels;
    const row = Math.floor((Math.floor(spot / width) * parts) / height);
    const at = row * parts + Math.floor(((spot % width) * parts) / width);
    counts[at]!++;
    for (let c = 0; c < channels; c++) {
      sums[at * channels + c]! += pixels[i + c]!;
      squares += pixels[i + c]! ** 2;
    }
  }
  const means = sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / channels)]!));
  const ofParts = sums.reduce((total, sum, i) => total + sum * means[i]!, 0);
  const ofColours = Array.from({ length: channels }, (_, c) => {
    const sum = sums.reduce((total, each, i) => (i % channels === c ? total + each : total), 0);
    return (sum * sum * channels) / imageSize(shape);
  }).reduce((total, each) => total + each, 0);
  const count = imageSize(shape);
  const between = (ofParts - ofColours) / count;
  // What noise alone makes the means of parts differ by.
  const noise = ((squares - ofParts) / count) * (counts.length / (count / channels));
  const shown = between - noise;
  const isPlain = shown <= noise;
  const limit = Math.max(NEAR_SHARE * Math.sqrt(Math.max(0, shown)), NOISES * Math.sqrt(Math.max(0, noise)));
  return { means, limit: Math.min(NEAR, limit), isPlain };
}

/** How many images are near one of some that are drawn, at most, and how many of those drawn have one near them that is not of their group. */
function copiesAmong(
  all: readonly Parts[],
  groupOf: (place: number) => string | undefined,
): Pick<Alike, 'same' | 'copied' | 'compared'> {
  const drawn = new Random(1, 'alike').permutation(all.length).subarray(0, COMPARED);
  let [same, copied] = [0, 0];
  for (const one of drawn) {
    const apart = all.map((other) => apartness(all[one]!, other));
    same = Math.max(same, apart.filter((each) => each <= 1).length);
    const group = groupOf(one);
    const isOther = (other: number) => other !== one && (group === undefined || groupOf(other) !== group);
    if (apart.some((each, other) => each <= COPY && isOther(other))) copied++;
  }
  return { same, copied, compared: drawn.length };
}

/** How far two images are from each other, in what near-copies may be: up to 1 they are near. */
function apartness({ means: a, limit }: Parts, { means: b, limit: other }: Parts): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i]! - b[i]!) ** 2;
  // Where nothing may differ, what does not is near.
  return squares === 0 ? 0 : Math.sqrt(squares / a.length) / Math.min(limit, other);
}
