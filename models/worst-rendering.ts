import type { Rendered } from './images/decode';
import { first } from './present';
import { moreSuspicious, type Verdict } from './verdict';

/** Gives verdicts on images that lie one after the other, as a Classifier does. */
type Classify = (pixels: Uint8Array, count: number) => Promise<Verdict[]>;

/**
 * A verdict on each image in the most suspicious of its renderings: a trigger that is transparent in one is plain in another.
 * An image that isn't opaque says which.
 */
export async function mostSuspicious(
  images: readonly (readonly Rendered[])[],
  classify: Classify,
): Promise<Verdict[]> {
  const all = images.flat();
  if (all.length === 0) return [];
  const verdicts = await classify(joined(all), all.length);
  let next = 0;
  return images.map((renderings) =>
    renderings
      .map(({ rendering }) => {
        const verdict = verdicts[next++]!;
        return rendering ? { ...verdict, rendering } : verdict;
      })
      .reduce(moreSuspicious),
  );
}

function joined(all: readonly Rendered[]): Uint8Array {
  if (all.length === 1) return first(all).pixels;
  const size = first(all).pixels.length;
  const pixels = new Uint8Array(all.length * size);
  all.forEach((each, i) => {
    pixels.set(each.pixels, i * size);
  });
  return pixels;
}
