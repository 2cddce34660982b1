import type { Readings } from './evidence/kind';
import { onScale, type Scale } from './scale';

/** Means and spreads of some kinds of evidence on clean images, in the order of the kinds. */
export interface Moments {
  readonly means: readonly number[];
  readonly spreads: readonly number[];
}

/**
 * How kinds of evidence are made one number: the linear discriminant (Fisher 1936) between clean images and the same shifted by what a
 * backdoor is taken to do. Each reading is standardised by what is usual among clean images that B names so, for classes differ; what
 * kinds have in common on clean images is taken out by the inverse of their covariance. Backdoors are of two sorts, and the higher counts.
 */
export interface Discriminant extends Moments {
  readonly kind: 'discriminant';
  readonly kinds: readonly string[];
  /** For each sort of backdoor the shift of each kind, in spreads (see Kind). */
  readonly shifts: readonly (readonly number[])[];
  /** Of the classes that B names often enough; others are measured by the moments of all. */
  readonly classes: readonly (Moments & { readonly class: number })[];
  /** kinds × kinds, row by row: the covariance of standardised readings on clean images. */
  readonly covariance: readonly number[];
  /** Puts it where scores are: about a share of e^−u of clean images is above u. */
  readonly scale: Scale;
}

/**
 * No reading counts for more spreads below the mean than these: one that an attacker drives down shall not make up for the others.
 * Origin: chosen by hand; 3, and no limit, were tried on the nets of docs/method.md, "What was decided on what": the same within 2 points.
 */
const MOST_AGAINST = 2;
/** No reading counts for more spreads than these, that infinite ones add up. Origin: chosen by hand, far above clean readings; not varied. */
const FARTHEST = 1e3;

/**
 * The discriminant of each image, before it is put on its scale. A reading that an image lacks is left out of it as if it had never been
 * asked (the rows of the same covariance that are left): it counts neither for nor against. Whatever an image has, clean images
 * then vary by 1.
 * @param predicted the class that B names for each of n images
 * @returns n values
 */
export function discriminants(
  readings: Readings,
  rule: Omit<Discriminant, 'scale' | 'kind'>,
  predicted: Int32Array,
): Float32Array {
  const rows = standardised(readings, rule, predicted);
  const p = rule.kinds.length;
  const known = new Map<number, Sort[]>();
  return Float32Array.from(predicted, (_, image) => {
    const row = rows.subarray(image * p, (image + 1) * p);
    // A bit for each kind that the image has.
    const has = row.reduce((bits, value, kind) => (Number.isNaN(value) ? bits : bits + 2 ** kind), 0);
    let sorts = known.get(has);
    if (!sorts) {
      sorts = sortsOf(row, rule);
      known.set(has, sorts);
    }
    const values = sorts.map((sort) => sort.reduce((sum, { kind, weight }) => sum + weight * row[kind]!, 0));
    return values.length > 0 ? Math.max(...values) : 0;
  });
}

/** The same on its scale. */
export function discriminantScores(
  readings: Readings,
  rule: Discriminant,
  predicted: Int32Array,
): Float32Array {
  return discriminants(readings, rule, predicted).map((value) => onScale(value, rule.scale));
}

/**
 * Readings less their means, over their spreads, of clean images that B names so.
 * @param predicted the class that B names for each of n images
 * @returns n × kinds values; NaN where an image lacks a reading
 */
export function standardised(
  readings: Readings,
  { kinds, classes, ...all }: Pick<Discriminant, 'kinds' | 'classes' | 'means' | 'spreads'>,
  predicted: Int32Array,
): Float64Array {
  const byClass = new Map(classes.map((each) => [each.class, each]));
  const p = kinds.length;
  const rows = new Float64Array(predicted.length * p);
  kinds.forEach((kind, at) => {
    const values = readings[kind];
    if (!values) throw new Error(`no ${kind} evidence was read`);
    predicted.forEach((each, image) => {
      const { means, spreads } = byClass.get(each) ?? all;
      const away = (values[image]! - means[at]!) / spreads[at]!;
      rows[image * p + at] = Math.max(Math.min(away, FARTHEST), -MOST_AGAINST);
    });
  });
  return rows;
}

/** What each reading counts for one sort of backdoor. */
type Sort = readonly { readonly kind: number; readonly weight: number }[];

/**
 * What each reading counts for images that have the same kinds as one: Σ⁻¹δ, so long that clean images vary by 1; for each sort of
 * backdoor that shifts any of them.
 */
function sortsOf(
  row: Float64Array,
  { kinds, shifts, covariance }: Pick<Discriminant, 'kinds' | 'shifts' | 'covariance'>,
): Sort[] {
  const has = kinds.map((_, kind) => kind).filter((kind) => !Number.isNaN(row[kind]!));
  const among = has.map((one) => has.map((other) => covariance[one * kinds.length + other]!));
  return shifts.flatMap((of) => {
    const shift = has.map((kind) => of[kind]!);
    if (shift.every((each) => each === 0)) return [];
    const weights = solved(among, shift);
    const length = Math.sqrt(weights.reduce((sum, weight, i) => sum + weight * shift[i]!, 0));
    return [has.map((kind, i) => ({ kind, weight: weights[i]! / length }))];
  });
}

/** Solves A·x = b for a positive definite A, by elimination. */
function solved(a: readonly (readonly number[])[], b: readonly number[]): Float64Array {
  const n = b.length;
  const rows = a.map((row, i) => [...row, b[i]!]);
  for (let at = 0; at < n; at++) {
    const pivot = rows[at]!;
    for (let below = at + 1; below < n; below++) {
      const factor = rows[below]![at]! / pivot[at]!;
      rows[below] = rows[below]!.map((value, i) => value - factor * pivot[i]!);
    }
  }
  const x = new Float64Array(n);
  for (let at = n - 1; at >= 0; at--) {
    const row = rows[at]!;
    const rest = row.slice(at + 1, n).reduce((sum, value, i) => sum + value * x[at + 1 + i]!, 0);
    x[at] = (row[n]! - rest) / row[at]!;
  }
  return x;
}
