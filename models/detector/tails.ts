import { valueAt } from '../present';
import type { Readings } from './evidence/kind';
import { onScale, type Scale } from './scale';

/**
 * How bundles of formats 6 and 7 make one score of several kinds of evidence, each on the scale of its clean tail: the sum of what they are above
 * 0, or one of them alone. Nothing is fitted so any more.
 */
export interface Tails {
  readonly kind: 'tails';
  readonly scales: readonly (Scale & { readonly kind: string })[];
  /** The scales of sums: of all kinds, and of what an image may have of them. */
  readonly together: readonly (Scale & { readonly kinds: readonly string[] })[];
}

/** What the sum of all kinds is worth beside one of them alone. Origin: no choice: as those bundles were calibrated. */
const TOGETHER_WORTH = 16;

/**
 * The scores of n images, by the sum of just the kinds that each has.
 * @returns n scores
 */
export function tailScores(readings: Readings, { scales, together }: Tails, n: number): Float32Array {
  const values = new Map(
    scales.map((scale) => {
      const read = readings[scale.kind];
      if (!read) throw new Error(`no ${scale.kind} evidence was read`);
      return [scale.kind, read.map((value) => onScale(value, scale))];
    }),
  );
  const alone = Math.log(TOGETHER_WORTH);
  return Float32Array.from({ length: n }, (_, i) => {
    const had = Array.from(values.values(), (of) => of[i]!).filter((value) => !Number.isNaN(value));
    const sum = together
      .map((scale) => onScale(sumAt(values, scale.kinds, i), scale))
      .find((of) => !Number.isNaN(of));
    return Math.max(sum ?? Number.NEGATIVE_INFINITY, ...had.map((value) => value - alone));
  });
}

/** The sum of what the kinds are above 0 for an image, NaN for one that lacks any of them. */
function sumAt(values: ReadonlyMap<string, Float32Array>, kinds: readonly string[], image: number): number {
  return kinds.reduce((sum, kind) => {
    const value = valueAt(values, kind)[image]!;
    return Math.fround(sum + (Number.isNaN(value) ? Number.NaN : Math.max(value, 0)));
  }, 0);
}
