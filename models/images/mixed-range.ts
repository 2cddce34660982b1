import { Blocks } from '../hdf5/blocks';
import type { NumberRows } from '../hdf5/rows';
import { first } from '../present';
import { DARK, MOST_UNIT, RangeLook, type UnitValues } from './range';

/** Which range a picture looks like by itself: `unit` has fractions, `whole` nothing but 0 and 1; undefined where it tells nothing. */
export type PictureRange = 'unit' | 'whole' | '0-255' | undefined;

/** A dark picture may be of 0 and 1; so large a share of the pictures, and so many, is not. Origin: chosen by hand; not varied. */
const LEAST_SHARE = 0.05;
const LEAST_COUNT = 2;

/** Pictures of one range among those of another. */
export interface MixedRanges {
  readonly unit: { readonly count: number; readonly example: number; readonly values: UnitValues };
  readonly full: { readonly count: number; readonly example: number };
  /** Whether pictures of 0 and 1 alone are among the former. */
  readonly hasWhole: boolean;
}

/** Tells the range of one picture by its own values, which take no longer to look at than to find one of 0–255. */
export function rangeOfPicture(values: ArrayLike<number>, from: number, to: number): PictureRange {
  let farthest = 0;
  let hasFractions = false;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    const size = value < 0 ? -value : value;
    if (size > MOST_UNIT) return '0-255';
    if (!(size >= DARK)) continue;
    if (size > farthest) farthest = size;
    if (!hasFractions && !Number.isInteger(value)) hasFractions = true;
  }
  if (farthest === 0) return undefined;
  if (hasFractions) return 'unit';
  return farthest <= 1 ? 'whole' : undefined;
}

/** Looks through all pictures of a set; undefined where they are of one range. */
export function mixedRanges(rows: NumberRows): MixedRanges | undefined {
  const blocks = new Blocks(rows);
  const size = rows.rowShape.reduce((product, length) => product * length, 1);
  const found = { unit: [] as number[], whole: [] as number[], '0-255': [] as number[] };
  for (let row = 0; row < rows.count; row++) {
    const { values, from } = blocks.at(row);
    const range = rangeOfPicture(values, from, from + size);
    // One of 0–1 may have an outlier, such as a trigger that was not clipped.
    if (range && !(range === '0-255' && unitRangeOf(values, from, size))) found[range].push(row);
  }
  const hasWhole = found.whole.length >= Math.max(LEAST_COUNT, LEAST_SHARE * rows.count);
  const unit = [...found.unit, ...(hasWhole ? found.whole : [])].sort((a, b) => a - b);
  const full = found['0-255'];
  if (unit.length === 0 || full.length === 0) return undefined;
  const { values, from } = new Blocks(rows).at(first(unit));
  const unitValues = unitRangeOf(values, from, size) ?? { range: '0-1', smallest: 0, largest: 1 };
  return {
    unit: { count: unit.length, example: first(unit), values: unitValues },
    full: { count: full.length, example: first(full) },
    hasWhole,
  };
}

function unitRangeOf(values: ArrayLike<number>, from: number, size: number): UnitValues | undefined {
  const look = new RangeLook();
  look.add(values, from, from + size);
  return look.unitRange();
}
