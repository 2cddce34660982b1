import type { ImageShape } from '../../models/images/set';
import type { Raw } from './raw';

/** Lobes of the kernel on each side. */
const LOBES = 3;
/** What a decoder makes smaller first is still so many times as large as a net takes it, as long as it has no more pixels than these. */
const LARGER = 4;
const MOST_PIXELS = 2 ** 18;

/** Height and width, in pixels. */
type Size = Pick<ImageShape, 'height' | 'width'>;

/**
 * The size that libvips is to make larger pictures smaller to, before they are resampled: it is fast, but averages whole pixels first, and
 * shifts by half a pixel what it enlarges (libvips#4841).
 */
export function beforeResampling({ height, width }: Size): Size {
  const times = Math.floor(Math.sqrt(MOST_PIXELS / (height * width)));
  const factor = Math.min(LARGER, Math.max(1, times));
  return { height: factor * height, width: factor * width };
}

/**
 * Brings a picture to another size, each side for itself, by Lanczos interpolation between the centres of pixels, over as many pixels as
 * become one: as Pillow's `resize(…, LANCZOS)` does, and TensorFlow's `tf.image.resize(…, 'lanczos3', antialias=True)`.
 * @returns the same picture where it has that size
 */
export function resampled(raw: Raw, { height, width }: Size): Raw {
  const wide = raw.width === width ? raw : alongRows(raw, width);
  return wide.height === height ? wide : alongColumns(wide, height);
}

/** Where each new pixel is taken from, and by what weights, which add up to 1. */
interface Taps {
  readonly from: number;
  readonly weights: readonly number[];
}

function tapsOf(from: number, to: number): Taps[] {
  const scale = from / to;
  const spread = Math.max(1, scale);
  const support = LOBES * spread;
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
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

function alongRows({ data, width: had, height, channels }: Raw, width: number): Raw {
  const taps = tapsOf(had, width);
  const made = new Uint8ClampedArray(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
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

function alongColumns({ data, width, height: had, channels }: Raw, height: number): Raw {
  const taps = tapsOf(had, height);
  const row = width * channels;
  const made = new Uint8ClampedArray(row * height);
  for (const [y, { from, weights }] of taps.entries()) {
    for (let x = 0; x < row; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * data[(from + k) * row + x]!;
      made[y * row + x] = sum;
    }
  }
  return { data: new Uint8Array(made.buffer), width, height, channels };
}
