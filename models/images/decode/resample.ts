import { type Placing, type Side, type Size, stretched } from '../fit';
import type { Stretch } from './outline';
import type { Raw } from './raw';

/** Lobes of the kernel on each side. */
const LOBES = 3;
/** What a decoder makes smaller first is still so many times as large as a net takes it, as long as it has no more pixels than these. */
const LARGER = 4;
const MOST_PIXELS = 2 ** 18;

/**
 * The size that libvips is to make larger pictures smaller to, before they are resampled: it is fast, but averages whole pixels first, and
 * shifts by half a pixel what it enlarges (libvips#4841).
 * @param net what a net takes @param placing where the picture is to lie in it
 */
export function beforeResampling({ height, width }: Size, placing: Placing): Size {
  const times = Math.floor(Math.sqrt(MOST_PIXELS / (height * width)));
  const factor = Math.min(LARGER, Math.max(1, times));
  return { height: factor * placing.height.scaled, width: factor * placing.width.scaled };
}

/**
 * Brings a picture to another size, each side for itself, by Lanczos interpolation between the centres of pixels, over as many pixels as
 * become one: as Pillow's `resize(…, LANCZOS)` does, and TensorFlow's `tf.image.resize(…, 'lanczos3', antialias=True)`.
 * @param to the size of what is made @param placing where the picture lies in it; by default it is all of it
 * @returns the same picture where it has that size
 */
export function resampled(raw: Raw, to: Size, placing: Placing = stretched(to)): Raw {
  const across = tapsOf(raw.width, to.width, placing.width);
  const down = tapsOf(raw.height, to.height, placing.height);
  const wide = isAsItIs(raw.width, to.width, placing.width) ? raw : alongRows(raw, across, rowsIn(down));
  return isAsItIs(raw.height, to.height, placing.height) ? wide : alongColumns(wide, down);
}

function isAsItIs(has: number, wanted: number, { scaled }: Side): boolean {
  return has === wanted && has === scaled;
}

/** Where each new pixel is taken from, and by what weights, which add up to 1; without any it is black. */
interface Taps {
  readonly from: number;
  readonly weights: readonly number[];
}

function tapsOf(from: number, to: number, { scaled, offset }: Side): Taps[] {
  const scale = from / scaled;
  const spread = Math.max(1, scale);
  const support = LOBES * spread;
  return Array.from({ length: to }, (_, i) => {
    const at = i + offset;
    if (at < 0 || at >= scaled) return { from: 0, weights: [] };
    const centre = (at + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    const weights = Array.from({ length: end - first }, (_, k) =>
      lanczos((first + k + 0.5 - centre) / spread),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { from: first, weights: weights.map((each) => each / sum) };
  });
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const at = Math.PI * x;
  return (LOBES * Math.sin(at) * Math.sin(at / LOBES)) / (at * at);
}

/** The rows that something is made of: from one to before another. */
function rowsIn(down: readonly Taps[]): Stretch {
  const used = down.filter(({ weights }) => weights.length > 0);
  return [
    Math.min(...used.map(({ from }) => from)),
    Math.max(...used.map(({ from, weights }) => from + weights.length)),
  ];
}

/** Rows that nothing is made of are left black. */
function alongRows(
  { data, width: had, height, channels }: Raw,
  taps: readonly Taps[],
  [first, end]: Stretch,
): Raw {
  const width = taps.length;
  const made = new Uint8ClampedArray(width * height * channels);
  for (let y = first, to = first * width * channels; y < end; y++) {
    for (const { from, weights } of taps) {
      const start = (y * had + from) * channels;
      for (let c = 0; c < channels; c++, to++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * data[start + k * channels + c]!;
        made[to] = sum;
      }
    }
  }
  return { data: new Uint8Array(made.buffer), width, height, channels };
}

function alongColumns({ data, width, channels }: Raw, taps: readonly Taps[]): Raw {
  const row = width * channels;
  const made = new Uint8ClampedArray(row * taps.length);
  for (const [y, { from, weights }] of taps.entries()) {
    for (let x = 0; x < row; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * data[(from + k) * row + x]!;
      made[y * row + x] = sum;
    }
  }
  return { data: new Uint8Array(made.buffer), width, height: taps.length, channels };
}
