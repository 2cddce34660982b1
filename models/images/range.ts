/** Ranges that programs keep pixels in, other than 0–255. */
export type UnitRange = '0-1' | '-1-1';

/** Values that look like another range than 0–255. */
export interface UnitValues {
  readonly range: UnitRange;
  /** The largest of the values that were looked at. */
  readonly largest: number;
}

/** A black pixel tells nothing of its range, nor does what would be next to black in any: half a step of 255. */
const DARK = 1 / 510;
/** Rounding. */
const SLACK = 1e-3;
/** With at least this share of the values that tell anything within 1, the others are outliers, such as a trigger that was not clipped. */
const BULK = 0.75;
/** No picture of 0–255 that has fractions is so dark; what was added to one of 0–1 goes up to twice that. */
const MOST_UNIT = 2;
/** With at least this share below zero, zero is the middle. */
const NEGATIVE = 0.01;

/**
 * Tells by the bulk of some pixels' values whether they are of 0–1 or −1…1 in place of 0–255: of the values that aren't black, at
 * least three quarters lie within 1, or none is above 2. Where all are whole numbers, as a dark picture's may be 1 and 2, none may be
 * above 1.
 *
 * @example
 * const look = new RangeLook();
 * look.add(values);
 * const told = look.told(); // { range: '0-1', largest: 1.4 }
 */
export class RangeLook {
  private telling = 0;
  private within = 0;
  private negative = 0;
  private farthest = 0;
  private largest = Number.NEGATIVE_INFINITY;
  private hasFractions = false;

  /** Looks at some values more; NaN tells nothing. */
  add(values: ArrayLike<number>, from = 0, to = values.length): void {
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      const size = value < 0 ? -value : value;
      if (value > this.largest) this.largest = value;
      if (!(size >= DARK)) continue;
      this.telling++;
      if (size <= 1 + SLACK) this.within++;
      if (value < -SLACK) this.negative++;
      if (size > this.farthest) this.farthest = size;
      if (!this.hasFractions && !Number.isInteger(value)) this.hasFractions = true;
    }
  }

  /** What the values look like; undefined for 0–255, and where all are black. */
  told(): UnitValues | undefined {
    const { telling, within, negative, farthest, hasFractions, largest } = this;
    if (telling === 0) return undefined;
    const isUnit = hasFractions ? within >= BULK * telling || farthest <= MOST_UNIT : farthest <= 1;
    if (!isUnit) return undefined;
    return { range: negative >= NEGATIVE * telling ? '-1-1' : '0-1', largest };
  }
}

/** What is wrong with such values, after their name: `look like 0–1 (the largest is 1.4)`. */
export function unitInWords({ range, largest }: UnitValues): string {
  const shown = Number(largest.toPrecision(8));
  return `look like ${range === '0-1' ? '0–1' : '−1…1'} (the largest is ${shown})`;
}

/** How such values are brought to 0–255, as a sentence. */
export function rescaling({ range }: UnitValues): string {
  return range === '0-1'
    ? 'Pixels must be 0–255: multiply them by 255.'
    : 'Pixels must be 0–255: add 1 to them and multiply by 127.5.';
}
