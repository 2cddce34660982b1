import { ImageError, UsageError } from '../errors';
import type { Numbers } from '../hdf5/rows';
import type { ImageShape } from './set';

/** Order of the dimensions of one image in a file: (C, H, W) or (H, W, C). */
export type Layout = 'channels-first' | 'channels-last';

/**
 * Tells the order of an image's dimensions by the shape that the net takes.
 * @param row the dimensions of one image in the file; (H, W) will do for a net that takes grey images
 * @param name what to call the dataset in messages
 * @throws ImageError where neither order fits, or not the one that was asked for
 * @throws UsageError where both fit and none was asked for
 */
export function tellLayout(
  row: readonly number[],
  shape: ImageShape,
  name: string,
  wanted: Layout | undefined,
): Layout {
  const { height, width, channels } = shape;
  if (channels === 1 && same(row, [height, width])) return 'channels-last';
  const first = same(row, [channels, height, width]);
  const last = same(row, [height, width, channels]);
  if (wanted ? !(wanted === 'channels-first' ? first : last) : !(first || last)) {
    throw new ImageError(
      `${name}: its images are ${row.join('×')}; the net takes ${height}×${width}×${channels}` +
        (wanted && (first || last) ? `, which does not fit --layout ${wanted}` : ''),
      {
        code: 'IMAGES_SHAPE_MISFIT',
        hint: `The dataset's shape should be (N, ${channels}, ${height}, ${width}) or (N, ${height}, ${width}, ${channels}). ${howToMend(row, shape)}`,
      },
    );
  }
  if (wanted) return wanted;
  if (first && last && channels > 1) {
    throw new UsageError(`${name}: images of ${row.join('×')} may have their channels first or last`, {
      hint: 'Say which: --layout channels-first or --layout channels-last.',
    });
  }
  return last ? 'channels-last' : 'channels-first';
}

function howToMend(row: readonly number[], { height, width }: ImageShape): string {
  const sides = [...row];
  for (const side of [height, width]) {
    const at = sides.indexOf(side);
    if (at < 0) return 'Arrays are taken as they are: resize them before, for --fit is for picture files.';
    sides.splice(at, 1);
  }
  return 'The sides fit: turn the channels into as many as the net takes.';
}

/** Values this far outside 0–255 are taken for rounding, and clipped. */
const SLACK = 1e-3;

/**
 * Copies one image, channels last.
 * @param from where it begins in `values`
 * @param to where it goes in `pixels`
 * @returns the first value that is outside 0–255 or not a number; undefined when all is well
 */
export function copyImage(
  values: Numbers,
  from: number,
  pixels: Uint8Array | Float32Array,
  to: number,
  { height, width, channels }: ImageShape,
  layout: Layout,
): number | undefined {
  const spots = height * width;
  const step = layout === 'channels-first' ? channels : 1;
  const run = layout === 'channels-first' ? spots : spots * channels;
  for (let start = 0; start < spots * channels; start += run) {
    const first = to + (layout === 'channels-first' ? start / spots : 0);
    for (let i = 0; i < run; i++) {
      let value = values[from + start + i]!;
      if (!(value >= 0 && value <= 255)) {
        if (!(value >= -SLACK && value <= 255 + SLACK)) return value;
        value = value < 0 ? 0 : 255;
      }
      pixels[first + i * step] = value;
    }
  }
  return undefined;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
