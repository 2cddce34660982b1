/** Ranges that programs keep pixels in, other than 0–255; `normalised`: by a mean and a deviation; `deep`: of more than 8 bits. */
export type UnitRange = '0-1' | '-1-1' | 'normalised' | 'deep';

/** Values that look like another range than 0–255. */
export interface UnitValues {
  readonly range: UnitRange;
  /** The smallest and the largest of the values that were looked at. */
  readonly smallest: number;
  readonly largest: number;
}

/** A black pixel tells nothing of its range, nor does what would be next to black in any: half a step of 255. */
export const DARK = 1 / 510;
/** Rounding. */
const SLACK = 1e-3;
/** With at least this share of the values that tell anything within 1, the others are outliers, such as a trigger that was not clipped. */
const BULK = 0.75;
/** No picture of 0–255 that has fractions is so dark; what was added to one of 0–1 goes up to twice that. */
export const MOST_UNIT = 2;
/** With at least this share below zero, zero is the middle. */
const NEGATIVE = 0.01;
/** With at least this share above 255, pixels are of more bits. */
const DEEP = 0.5;
/** Around zero, with fewer than this share within −1…1 and none so many deviations away, values are normalised. */
const MOST_WITHIN = 0.95;
const MOST_DEVIATIONS = 16;

/**
 * Tells by the bulk of some pixels' values whether they are of 0–1 or −1…1 in place of 0–255: of the values that aren't black, at
 * least three quarters lie within 1, or none is above 2. Where all are whole numbers, as a dark picture's may be 1 and 2, none may be
 * above 1. Those of a mean and a deviation lie around zero, and farther out.
 *
 * @example
 * const look = new RangeLook();
 * look.add(values);
 * const unit = look.unitRange(); // { range: '0-1', smallest: 0, largest: 1.4 }
 */
export class RangeLook {
  private telling = 0;
  private within = 0;
  private negative = 0;
  private beyond = 0;
  private farthest = 0;
  private smallest = Number.POSITIVE_INFINITY;
  private largest = Number.NEGATIVE_INFINITY;
  private hasFractions = false;

  /** Looks at some values more; NaN tells nothing. */
  add(values: ArrayLike<number>, from = 0, to = values.length): void {
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      const size = value < 0 ? -value : value;
      if (value > this.largest) this.largest = value;
      if (value < this.smallest) this.smallest = value;
      if (!(size >= DARK)) continue;
      this.telling++;
      if (size <= 1 + SLACK) this.within++;
      if (value < -SLACK) this.negative++;
      if (value > 255 + SLACK) this.beyond++;
      if (size > this.farthest) this.farthest = size;
      if (!this.hasFractions && !Number.isInteger(value)) this.hasFractions = true;
    }
  }

  /** What the values look like; undefined for 0–255, and where all are black. */
  unitRange(): UnitValues | undefined {
    const { telling, within, negative, beyond, farthest, hasFractions, smallest, largest } = this;
    if (telling === 0) return undefined;
    if (beyond >= DEEP * telling) return { range: 'deep', smallest, largest };
    const isAround = negative >= NEGATIVE * telling;
    if (isAround && hasFractions && within < MOST_WITHIN * telling && farthest <= MOST_DEVIATIONS)
      return { range: 'normalised', smallest, largest };
    const isUnit = hasFractions ? within >= BULK * telling || farthest <= MOST_UNIT : farthest <= 1;
    if (!isUnit) return undefined;
    return { range: isAround ? '-1-1' : '0-1', smallest, largest };
  }
}

/** What is wrong with such values, after their name: `look like 0–1 (the largest is 1.4)`. */
export function unitInWords({ range, smallest, largest }: UnitValues): string {
  const shown = Number(largest.toPrecision(8));
  if (range === 'deep') return `look like pixels of ${bitsOf(largest)} bits (the largest is ${shown})`;
  if (range === 'normalised') return `look normalised (from ${Number(smallest.toPrecision(8))} to ${shown})`;
  return `look like ${range === '0-1' ? '0–1' : '−1…1'} (the largest is ${shown})`;
}

/** How such values are brought to 0–255, as a sentence. */
export function rescaling({ range, largest }: UnitValues): string {
  if (range === 'deep') {
    const bits = bitsOf(largest);
    return `Pixels must be 0–255: divide them by ${bits === 16 ? 257 : 2 ** (bits - 8)}.`;
  }
  if (range === 'normalised') return 'Pixels must be 0–255, as they were before they were normalised.';
  return range === '0-1'
    ? 'Pixels must be 0–255: multiply them by 255.'
    : 'Pixels must be 0–255: add 1 to them and multiply by 127.5.';
}

/** Of cameras, and of PNG and TIFF: the fewest that hold a value. */
function bitsOf(largest: number): number {
  return [10, 12, 14].find((bits) => largest < 2 ** bits) ?? 16;
}
