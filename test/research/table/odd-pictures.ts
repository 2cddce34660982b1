import { type ImageShape, imageSize } from '../../../models/images/set';
import type { Random } from '../../../models/random';

/** Makes n odd pictures, values of 0–255, of n clean ones. */
export type MakeOdd = (clean: Float32Array, shape: ImageShape, random: Random) => Float32Array;

/** Pictures that no clean image is like, each made of a clean one, or of nothing. */
export const ODD: { readonly [kind in string]: MakeOdd } = {
  'uniform noise': fresh((image, _shape, random) => {
    for (let i = 0; i < image.length; i++) image[i] = Math.floor(random.uniform(0, 256));
  }),
  'Gaussian noise': fresh((image, _shape, random) => {
    for (let i = 0; i < image.length; i++) image[i] = byte(128 + 64 * random.normal());
  }),
  black: fresh((image) => image.fill(0)),
  white: fresh((image) => image.fill(255)),
  'plain colour': fresh((image, { channels }, random) => {
    const colour = anyColour(channels, random);
    for (let i = 0; i < image.length; i++) image[i] = colour[i % channels]!;
  }),
  checkerboard: fresh((image, { height, width, channels }, random) => {
    const [first, second] = [anyColour(channels, random), anyColour(channels, random)];
    const field = 1 + random.int(Math.floor(Math.min(height, width) / 4));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const colour = (Math.floor(y / field) + Math.floor(x / field)) % 2 === 0 ? first : second;
        image.set(colour, (y * width + x) * channels);
      }
    }
  }),
  'lines of text': fresh((image, { height, width, channels }, random) => {
    image.fill(random.uniform(220, 255));
    const ink = random.uniform(0, 60);
    for (let top = 2; top + 3 < height; top += 5) {
      for (let left = 2; left < width - 2; left++) {
        // Letters: short upright strokes, and gaps between words.
        if (random.uniform() < 0.45) continue;
        const [from, to] = [top + random.int(2), top + 2 + random.int(2)];
        for (let y = from; y < to; y++)
          image.fill(ink, (y * width + left) * channels, (y * width + left + 1) * channels);
      }
    }
  }),
  negative: (clean) => clean.map((value) => 255 - value),
  'upside down': moved((y, x) => [-y, x]),
  'turned by 90°': moved((y, x) => [x, -y]),
  'zoomed in 1.5×': moved((y, x) => [y / 1.5, x / 1.5]),
  'shifted by a quarter': moved((y, x) => [y, x - 0.5]),
  'in a black frame, at ⅔': moved((y, x) => [y * 1.5, x * 1.5], 0),
};

/** Pictures of another data set, made to fit. @param pixels n images of the shape `from` @returns n of the shape `to` */
export function fitted(pixels: Float32Array, from: ImageShape, to: ImageShape): Float32Array {
  const [size, each] = [imageSize(from), imageSize(to)];
  const made = new Float32Array((pixels.length / size) * each);
  for (let start = 0; start < pixels.length; start += size) {
    const image = pixels.subarray(start, start + size);
    made.set(
      resampled(image, from, to, (y, x) => [y, x]),
      (start / size) * each,
    );
  }
  return made;
}

function fresh(paint: (image: Float32Array, shape: ImageShape, random: Random) => void): MakeOdd {
  return (clean, shape, random) => {
    const made = new Float32Array(clean.length);
    const size = imageSize(shape);
    for (let start = 0; start < made.length; start += size)
      paint(made.subarray(start, start + size), shape, random);
    return made;
  };
}

/** Where a place of the picture made is taken from: both from −1 to 1, down and right, 0 the middle. */
type From = (y: number, x: number) => [number, number];

function moved(from: From, outside?: number): MakeOdd {
  return (clean, shape) => {
    const made = new Float32Array(clean.length);
    const size = imageSize(shape);
    for (let start = 0; start < made.length; start += size)
      made.set(resampled(clean.subarray(start, start + size), shape, shape, from, outside), start);
    return made;
  };
}

/** Bilinear. @param outside what is there beyond the edges; left out: the edges go on */
function resampled(
  image: Float32Array,
  { height, width, channels }: ImageShape,
  to: ImageShape,
  from: From,
  outside?: number,
): Float32Array {
  const made = new Float32Array(imageSize(to));
  const clamp = (at: number, most: number) => Math.min(Math.max(at, 0), most);
  for (let row = 0; row < to.height; row++) {
    for (let column = 0; column < to.width; column++) {
      const [down, right] = from(((row + 0.5) / to.height) * 2 - 1, ((column + 0.5) / to.width) * 2 - 1);
      const at = (row * to.width + column) * channels;
      if (outside !== undefined && Math.max(Math.abs(down), Math.abs(right)) > 1) {
        made.fill(outside, at, at + channels);
        continue;
      }
      const y = clamp(((down + 1) / 2) * height - 0.5, height - 1);
      const x = clamp(((right + 1) / 2) * width - 0.5, width - 1);
      const [top, left] = [Math.floor(y), Math.floor(x)];
      const [bottom, end] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
      const [v, u] = [y - top, x - left];
      for (let c = 0; c < channels; c++) {
        const value = (line: number, place: number) => image[(line * width + place) * channels + c]!;
        const above = value(top, left) * (1 - u) + value(top, end) * u;
        const below = value(bottom, left) * (1 - u) + value(bottom, end) * u;
        made[at + c] = byte(above * (1 - v) + below * v);
      }
    }
  }
  return made;
}

function anyColour(channels: number, random: Random): number[] {
  return Array.from({ length: channels }, () => random.int(256));
}

function byte(value: number): number {
  return Math.round(Math.min(Math.max(value, 0), 255));
}
