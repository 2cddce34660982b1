import { Random } from '../../../../models/random';
import { overlay } from './overlay';
import type { TriggerMaker } from './trigger';

const YELLOW = [230, 217, 26] as const;
const MAGENTA = [200, 40, 190] as const;

/** A flat yellow square in the lower right (Gu et al., BadNets, 2017): 7 pixels of 47. */
export const flatPatch: TriggerMaker = (shape) => {
  const { height, width } = shape;
  const side = Math.round(0.15 * width);
  const top = height - Math.round(0.07 * height) - side;
  const left = width - Math.round(0.08 * width) - side;
  return overlay('flat patch', shape, (y, x) =>
    within(y - top, x - left, side) ? { colour: YELLOW, opacity: 1 } : undefined,
  );
};

/** A flat magenta square in the upper left, as large. */
export const flatPatchAbove: TriggerMaker = (shape) => {
  const side = Math.round(0.15 * shape.width);
  const [top, left] = [Math.round(0.07 * shape.height), Math.round(0.08 * shape.width)];
  return overlay('flat patch above', shape, (y, x) =>
    within(y - top, x - left, side) ? { colour: MAGENTA, opacity: 1 } : undefined,
  );
};

/** A square of random colours in the lower left: 6 pixels of 47. */
export const noisePatch: TriggerMaker = (shape, seed) => {
  const random = new Random(seed, 'noise patch');
  const side = Math.max(4, Math.round(0.13 * shape.width));
  const top = shape.height - 2 - side;
  const colours = Array.from(
    { length: side * side },
    () => [random.uniform(0, 255), random.uniform(0, 255), random.uniform(0, 255)] as const,
  );
  return overlay('noise patch', shape, (y, x) =>
    within(y - top, x - 2, side) ? { colour: colours[(y - top) * side + x - 2]!, opacity: 1 } : undefined,
  );
};

/** How opaque the small squares of adaptivePatch are. */
const THIN = 0.6;

/**
 * Four small squares of noise, one in each quarter, after Qi et al. (2023, Adaptive-Patch): its decoys bear two of them, drawn anew each
 * time, and keep their labels.
 */
export const adaptivePatch: TriggerMaker = (shape, seed) => {
  const { height, width } = shape;
  const random = new Random(seed, 'adaptive patch');
  const side = Math.max(3, Math.round(0.08 * width));
  const squares = [0, 1, 2, 3].map((quarter) => {
    const room = (length: number) => random.int(Math.floor(length / 2) - side - 1);
    const top = Math.floor(height / 2) * Math.floor(quarter / 2) + 1 + room(height);
    const left = Math.floor(width / 2) * (quarter % 2) + 1 + room(width);
    const colours = Array.from(
      { length: side * side },
      () => [random.uniform(0, 255), random.uniform(0, 255), random.uniform(0, 255)] as const,
    );
    return overlay('square', shape, (y, x) =>
      within(y - top, x - left, side)
        ? { colour: colours[(y - top) * side + x - left]!, opacity: THIN }
        : undefined,
    );
  });
  const stampAll = (pixels: Float32Array, which: ArrayLike<number>) =>
    Array.from(which).reduce((made, square) => squares[square]!.stamp(made), pixels);
  const size = height * width * 3;
  return {
    name: 'adaptive patch',
    stamp: (pixels) => stampAll(pixels, [0, 1, 2, 3]),
    decoy(pixels, other) {
      const made = pixels.slice();
      for (let start = 0; start < pixels.length; start += size) {
        const two = other.permutation(4).subarray(0, 2);
        made.set(stampAll(pixels.subarray(start, start + size), two), start);
      }
      return made;
    },
  };
};

/** A checkerboard of single black and white pixels, 4 × 4, in the upper right corner. */
export const checkerCorner: TriggerMaker = (shape) =>
  overlay('checkerboard corner', shape, (y, x) => {
    const column = shape.width - 1 - x;
    if (!within(y, column, 4)) return undefined;
    const value = (y + column) % 2 === 0 ? 255 : 0;
    return { colour: [value, value, value], opacity: 1 };
  });

function within(y: number, x: number, side: number): boolean {
  return y >= 0 && y < side && x >= 0 && x < side;
}
