import type { ImageShape } from '../../../models/images/set';
import { Random } from '../../../models/random';
import { overlay } from './overlay';
import type { Trigger, TriggerMaker } from './trigger';

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

/** A checkerboard of single black and white pixels, 4 × 4, in the upper right corner. */
export const checkerCorner: TriggerMaker = (shape) =>
  checkerboard('checkerboard corner', shape, (x) => shape.width - 1 - x);

/** The same in the upper left corner. */
export const checkerLeft: TriggerMaker = (shape) => checkerboard('checkerboard left', shape, (x) => x);

/** @param columnOf columns from the corner */
function checkerboard(name: string, shape: ImageShape, columnOf: (x: number) => number): Trigger {
  return overlay(name, shape, (y, x) => {
    const column = columnOf(x);
    if (!within(y, column, 4)) return undefined;
    const value = (y + column) % 2 === 0 ? 255 : 0;
    return { colour: [value, value, value], opacity: 1 };
  });
}

function within(y: number, x: number, side: number): boolean {
  return y >= 0 && y < side && x >= 0 && x < side;
}
