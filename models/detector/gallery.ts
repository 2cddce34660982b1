import type { ImageShape } from '../images/set';

/**
 * What the parts of clean images look like, to tell what an image shows when a trigger hides some of it: each place of
 * B's stem is compared on its own, and how much one place can say against an image is bounded.
 */
export interface Gallery {
  /** Height, width and channels of B's stem. */
  readonly stem: readonly [number, number, number];
  /** Rows and columns of places that the stem is averaged to. */
  readonly places: readonly [number, number];
  /** Values of a place after projection. */
  readonly dimensions: number;
  /** places × channels × dimensions: whitened within the classes, the directions that classes differ in most. */
  readonly projections: Float32Array;
  /** places × dimensions: what is taken off after the projection. */
  readonly centres: Float32Array;
  /** What one step of `images` stands for. */
  readonly step: number;
  /** places × count × dimensions: what is compared lies together. */
  readonly images: Int8Array;
  /** The class of each of the images. */
  readonly labels: Int32Array;
  /** Divides the classes' scores so that their softmax is about as sure as it is right. */
  readonly temperature: number;
}

/** What is by e^-4 as probable as an outlier is as good as one. Origin: chosen by hand; not varied. */
const NEGLIGIBLE = 4;
/** Origin: no choice: the largest value of an Int32Array. */
const MOST_SQUARES = 2 ** 31 - 1;
/**
 * Steps that an image is told apart to: eight times what the gallery's images span; squares of them add up in 32 bits.
 * Origin: 8 × 127; chosen by hand; not varied.
 */
const FARTHEST = 1016;

/** Averages a stem's values over about equal spans. @param values height × width × channels @returns places × channels */
export function placesOf(
  values: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  [rows, columns]: readonly [number, number],
): Float32Array {
  const result = new Float32Array(rows * columns * channels);
  const start = (place: number, size: number, of: number) => Math.floor((place * size) / of);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [start(row, height, rows), start(row + 1, height, rows)];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [start(column, width, columns), start(column + 1, width, columns)];
      const at = (row * columns + column) * channels;
      const share = 1 / ((bottom - top) * (right - left));
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const from = (y * width + x) * channels;
          for (let c = 0; c < channels; c++) result[at + c]! += values[from + c]! * share;
        }
      }
    }
  }
  return result;
}

/** Projects and centres the places of one image. @param places places × channels @returns places × dimensions */
export function projectPlaces(
  places: Float32Array,
  {
    projections,
    centres,
    dimensions,
    stem: [, , channels],
  }: Pick<Gallery, 'projections' | 'centres' | 'dimensions' | 'stem'>,
): Float32Array {
  const result = Float32Array.from(centres, (centre) => -centre);
  for (let at = 0; at < places.length; at++) {
    const to = Math.floor(at / channels) * dimensions;
    const value = places[at]!;
    for (let d = 0; d < dimensions; d++) result[to + d]! += value * projections[at * dimensions + d]!;
  }
  return result;
}

/**
 * How much an image resembles the clean images of each class, as logits: of a class, the image that resembles it most. At
 * each place, an image is as probable as it is near among all of the gallery, or is not to be told there (a share of 1 in
 * the gallery's images): a trigger costs the right image no more than the places that it covers.
 * @param projected places × dimensions, see projectPlaces
 * @param classes N
 * @param isLeftOut tells which images of the gallery are not to be looked at
 * @returns `classes` values, −Infinity for classes without an image
 */
export function resemblance(
  gallery: Gallery,
  projected: Float32Array,
  classes: number,
  isLeftOut: (image: number) => boolean = () => false,
): Float32Array {
  const { dimensions, labels, step, temperature } = gallery;
  const count = labels.length;
  const leftOut = labels.map((_, i) => (isLeftOut(i) ? 1 : 0));
  const steps = Int32Array.from(projected, (value) =>
    Math.min(Math.max(Math.round(value / step), -FARTHEST), FARTHEST),
  );
  const nearest = nearness(gallery);
  const squares = new Int32Array(count);
  // How much likelier than an outlier each image is: one factor a place. 25 factors of up to 1 + count don't overflow.
  const odds = new Float64Array(count).fill(1);
  for (let place = 0; place < projected.length; place += dimensions) {
    squareDistances(steps.subarray(place, place + dimensions), gallery.images, place * count, squares);
    multiply(odds, squares, leftOut, nearest);
  }
  const best = new Float64Array(classes);
  for (let i = 0; i < count; i++) {
    if (leftOut[i] === 0 && odds[i]! > best[labels[i]!]!) best[labels[i]!] = odds[i]!;
  }
  return Float32Array.from(best, (each) => Math.log(each) / temperature);
}

/** How probable an image is by the square of its distance in steps, 0 where it is negligible. */
interface Nearness {
  /** Of the smallest squares; beyond them it is reckoned. */
  readonly table: Float64Array;
  readonly unit: number;
  readonly window: number;
}

/** Squares in the table at most: where a stem's values hardly differ, a step is next to nothing, and squares without end would count. Origin: chosen by hand, for memory; not varied. */
const MOST_IN_TABLE = 2 ** 16;

const known = new WeakMap<Gallery, Nearness>();

/** e^(−d²/2) by d² in squared steps, as far as it counts; the same for every image. */
function nearness(gallery: Gallery): Nearness {
  const before = known.get(gallery);
  if (before) return before;
  const { step, labels } = gallery;
  const window = Math.log(labels.length) + NEGLIGIBLE;
  const unit = (step * step) / 2;
  const length = Math.min(Math.ceil(window / unit), MOST_IN_TABLE);
  const table = Float64Array.from({ length }, (_, square) => Math.exp(-square * unit));
  const made = { table, unit, window };
  known.set(gallery, made);
  return made;
}

function near({ table, unit, window }: Nearness, square: number): number {
  if (square < table.length) return table[square]!;
  return square * unit < window ? Math.exp(-square * unit) : 0;
}

/** Multiplies each image's odds by those of one place. */
function multiply(odds: Float64Array, squares: Int32Array, leftOut: Int32Array, by: Nearness): void {
  const count = odds.length;
  let nearest = MOST_SQUARES;
  for (let i = 0; i < count; i++) if (squares[i]! < nearest && leftOut[i] === 0) nearest = squares[i]!;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const below = squares[i]! - nearest;
    if (leftOut[i] === 0) sum += near(by, below);
  }
  const share = count / sum;
  for (let i = 0; i < count; i++) {
    const below = squares[i]! - nearest;
    if (below >= 0) odds[i]! *= 1 + share * near(by, below);
  }
}

/**
 * Squared distances of one place to that of each image, in steps.
 * @param images the gallery's, from `start` on count × dimensions
 */
function squareDistances(here: Int32Array, images: Int8Array, start: number, squares: Int32Array): void {
  const dimensions = here.length;
  const whole = dimensions - (dimensions % 4);
  for (let i = 0, at = start; i < squares.length; i++) {
    let sum = 0;
    // By fours: it takes half the time.
    for (let d = 0; d < whole; d += 4, at += 4) {
      const a = here[d]! - images[at]!;
      const b = here[d + 1]! - images[at + 1]!;
      const c = here[d + 2]! - images[at + 2]!;
      const e = here[d + 3]! - images[at + 3]!;
      sum += a * a + b * b + c * c + e * e;
    }
    for (let d = whole; d < dimensions; d++, at++) {
      const a = here[d]! - images[at]!;
      sum += a * a;
    }
    squares[i] = sum;
  }
}

/** The places that a stem is averaged to: spans of about two and a half values and more, five at most each way. */
export function placesFor({ height, width }: Pick<ImageShape, 'height' | 'width'>): [number, number] {
  const along = (size: number) => Math.min(5, Math.ceil(size / 2.5));
  return [along(height), along(width)];
}
