/** A share and its 95 % confidence interval. */
export interface Rate {
  readonly n: number;
  readonly hits: number;
  /** hits / n, 0–1; NaN where n is 0. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.959963984540054;

/** Wilson's score interval (Wilson 1927), which holds near 0 and 1 and for few images. */
export function rateOf(hits: number, n: number): Rate {
  if (n === 0) return { n, hits, rate: Number.NaN, low: 0, high: 1 };
  const rate = hits / n;
  const squared = Z * Z;
  const centre = (rate + squared / (2 * n)) / (1 + squared / n);
  const half = (Z / (1 + squared / n)) * Math.sqrt((rate * (1 - rate)) / n + squared / (4 * n * n));
  return { n, hits, rate, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** The same share with the interval of so many groups, where images come in these: frames of one sign are nearly one image. */
export function byGroups(rate: Rate, groups: number | undefined): Rate {
  if (groups === undefined || rate.n === 0) return rate;
  const { low, high } = rateOf(rate.rate * groups, groups);
  return { ...rate, low, high };
}

/**
 * Whether a rate is other than was promised, as far as its interval can tell.
 * @param promised 0–1
 * @returns undefined where the interval holds what was promised
 */
export function leavesOut(
  { n, low, high }: Pick<Rate, 'n' | 'low' | 'high'>,
  promised: number,
): 'above' | 'below' | undefined {
  if (n === 0) return undefined;
  if (low > promised) return 'above';
  return high < promised ? 'below' : undefined;
}

/** `97.4 % (96.8–97.9)`. */
export function percent({ rate, low, high }: Rate): string {
  if (Number.isNaN(rate)) return 'none';
  return `${(100 * rate).toFixed(1)} % (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}
