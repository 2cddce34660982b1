import type { Random } from '../../../models/random';

/** Red, green, blue, each 0–255. */
export type Colour = readonly [red: number, green: number, blue: number];

export const WHITE: Colour = [250, 250, 248];
export const BLACK: Colour = [18, 16, 20];

/** A colour on the way from `a` (share 0) to `b` (share 1). */
export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** The colour in shadow (below 1) or in light (above 1). */
export function lit(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** The colour, each channel off by up to `most`. */
export function near(random: Random, colour: Colour, most: number): Colour {
  return [
    colour[0] + random.uniform(-most, most),
    colour[1] + random.uniform(-most, most),
    colour[2] + random.uniform(-most, most),
  ];
}

/** @param hue 0–1 @param saturation 0–1 @param value 0–1 */
export function fromHsv(hue: number, saturation: number, value: number): Colour {
  const channel = (n: number) => {
    const k = (n + hue * 6) % 6;
    return 255 * value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}
