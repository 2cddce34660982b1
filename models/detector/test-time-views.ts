import { type ImageShape, imageSize } from '../images/set';
import { exponential } from './exponential';
import type { Answers } from './margin';
import type { DetectorNets } from './nets';
import { imageTensor, type ToLogits, toLogitsBy } from './run';

/**
 * How G names the class of an image that B is unsure of: by what B says of several views of it together. B's own errors
 * are among those images, and a view of an image shows the same thing.
 */
export interface TestTimeViews {
  /** Images whose class B gives less than this probability, 0–1, are looked at so. */
  readonly unsureBelow: number;
  /** Whether the mirror image counts as a view of the same thing. */
  readonly mirrored: boolean;
}

/** The image itself, and moved by a pixel in each direction. Origin: chosen by hand; not varied. */
const MOVES = [
  [0, 0],
  [0, -1],
  [0, 1],
  [-1, 0],
  [1, 0],
] as const;
/**
 * Images whose views run through the net at once.
 * Origin: chosen by hand, for memory and time; verdicts do not depend on it.
 */
const IMAGES_AT_ONCE = 10;

/** Log-probabilities that B gives an image's views: those of the image and its moves together, and of the mirror image. */
export interface ViewScores {
  /** images × classes, summed over the views. */
  readonly moved: Float32Array;
  /** images × classes; empty where it was not asked for. */
  readonly mirrored: Float32Array;
}

/** What looks at views: B. */
export interface Viewer {
  readonly shape: ImageShape;
  readonly classes: number;
  /** Of images of 0–255. */
  readonly logits: ToLogits;
}

/** B as what looks at views. */
export function viewer({
  bad,
  shape,
  pixels,
  classes,
  memory,
}: Pick<DetectorNets, 'bad' | 'shape' | 'pixels' | 'classes' | 'memory'>): Viewer {
  return {
    shape,
    classes,
    logits: toLogitsBy(bad, (rows, n) => imageTensor(rows, n, shape, pixels), memory),
  };
}

/**
 * B's answers, where it is unsure those of all views together.
 * @param pixels n × height × width × channels values of 0–255
 * @param bad what B says of the n images
 */
export async function answerWithViews(
  by: Viewer,
  pixels: Uint8Array | Float32Array,
  bad: Answers,
  views: TestTimeViews,
): Promise<Answers> {
  const unsure = Int32Array.from(bad.classes.keys()).filter((i) => bad.probabilities[i]! < views.unsureBelow);
  if (unsure.length === 0) return bad;
  const size = imageSize(by.shape);
  const chosen = new Float32Array(unsure.length * size);
  unsure.forEach((image, i) => {
    chosen.set(pixels.subarray(image * size, (image + 1) * size), i * size);
  });
  const scores = await scoreViews(by, chosen, unsure.length, views.mirrored);
  const classes = bad.classes.slice();
  const probabilities = bad.probabilities.slice();
  unsure.forEach((image, i) => {
    const answer = bestOf(scores, i, by.classes, views.mirrored);
    classes[image] = answer.class;
    probabilities[image] = answer.probability;
  });
  return { classes, probabilities };
}

/** Runs all views of n images through B. @param pixels n × height × width × channels values of 0–255 */
export async function scoreViews(
  { classes, shape, logits }: Viewer,
  pixels: Float32Array,
  n: number,
  mirrored: boolean,
): Promise<ViewScores> {
  const size = imageSize(shape);
  const moved = new Float32Array(n * classes);
  const mirror = new Float32Array(mirrored ? n * classes : 0);
  for (let start = 0; start < n; start += IMAGES_AT_ONCE) {
    const count = Math.min(IMAGES_AT_ONCE, n - start);
    const images = pixels.subarray(start * size, (start + count) * size);
    const all = MOVES.map((move) => viewed(images, shape, move, false));
    if (mirrored) all.push(viewed(images, shape, [0, 0], true));
    const rows = new Float32Array(all.length * images.length);
    all.forEach((each, view) => {
      rows.set(each, view * images.length);
    });
    const values = logProbabilities(await logits(rows, all.length * count), classes);
    const block = count * classes;
    for (let i = 0; i < block; i++) {
      let sum = 0;
      for (let view = 0; view < MOVES.length; view++) sum += values[view * block + i]!;
      moved[start * classes + i] = sum;
    }
    if (mirrored) mirror.set(values.subarray(MOVES.length * block), start * classes);
  }
  return { moved, mirrored: mirror };
}

/** The class that an image's views together hold to be the most probable, and the probability (their geometric mean). */
export function bestOf(
  { moved, mirrored }: ViewScores,
  image: number,
  classes: number,
  withMirror: boolean,
): { class: number; probability: number } {
  const count = MOVES.length + (withMirror ? 1 : 0);
  const row = moved.slice(image * classes, (image + 1) * classes);
  for (let k = 0; k < classes; k++)
    row[k] = (row[k]! + (withMirror ? mirrored[image * classes + k]! : 0)) / count;
  let best = 0;
  for (let k = 1; k < classes; k++) if (row[k]! > row[best]!) best = k;
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.exp(row[k]! - row[best]!);
  return { class: best, probability: 1 / sum };
}

/** Log-softmax of each row of logits. */
function logProbabilities(logits: Float32Array, classes: number): Float32Array {
  const found = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) highest = Math.max(highest, logits[start + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += exponential(logits[start + k]! - highest);
    const all = highest + Math.log(sum);
    for (let k = 0; k < classes; k++) found[start + k] = logits[start + k]! - all;
  }
  return found;
}

/**
 * Images moved by so many pixels, their edges repeated, or mirrored left to right.
 * @param images n images, height × width × channels values each
 * @returns new ones, or the same array where nothing is asked for
 */
export function viewed(
  images: Float32Array,
  { height, width, channels }: ImageShape,
  [down, right]: readonly [number, number],
  mirrored: boolean,
): Float32Array {
  if (down === 0 && right === 0 && !mirrored) return images;
  const result = new Float32Array(images.length);
  const clamp = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);
  for (let line = 0; line < images.length / (width * channels); line++) {
    const y = line % height;
    const from = (line - y + clamp(y + down, height)) * width;
    for (let x = 0; x < width; x++) {
      const source = (from + (mirrored ? width - 1 - x : clamp(x + right, width))) * channels;
      const to = (line * width + x) * channels;
      for (let c = 0; c < channels; c++) result[to + c] = images[source + c]!;
    }
  }
  return result;
}
