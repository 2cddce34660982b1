import {
  type Discriminant,
  discriminants,
  type Moments,
  standardised,
} from '../../../models/detector/discriminant';
import type { Readings } from '../../../models/detector/evidence/kind';
import { KINDS } from '../../../models/detector/evidence/kinds';
import { scaleOf } from '../../../models/detector/scale';

/**
 * What is usual of a class with n images counts n / (n + 50) beside what is usual of all.
 * Origin: chosen on nets that are kept elsewhere (a yellow sticker in a net of signs: 28 % found with one scale for all classes, 68 with these,
 * their code not here); with 20 and 150 cifar-adaptive-blend came out 87 and 92 % for 90, as `npm run ablation -- --only classes` tells of one
 * scale for all.
 */
const PRIOR_IMAGES = 50;
/** Of a class with fewer images nothing is told by itself. Origin: a tenth of the above: they would count less than that. */
const FEWEST = 5;
/** The share of each covariance that is taken for chance. Origin: 0.02 and 0.2 were tried on the same nets: the same within 4 points. */
const BY_CHANCE = 0.1;
/** Origin: no choice: keeps a division finite. */
const LEAST_SPREAD = 1e-6;

/**
 * Fits the discriminant to clean images that nothing else was fitted on.
 * @param predicted the class that B names for each of n images
 * @param images which of the n to fit it to
 */
export function fitDiscriminant(
  readings: Readings,
  predicted: Int32Array,
  images: readonly number[],
): Discriminant {
  const fittedKinds = KINDS.flatMap(({ name, shifts = [1, 1] }) => {
    const values = readings[name];
    return values ? [{ name, shifts, values }] : [];
  });
  const kinds = fittedKinds.map(({ name }) => name);
  const columns = fittedKinds.map(({ values }) => values);
  const shifts = [0, 1].map((sort) => fittedKinds.map((kind) => kind.shifts[sort]!));
  const moments = { ...momentsOf(columns, images), kinds, shifts };
  const classes = classMoments(columns, predicted, images, moments);
  const rows = standardised(readings, { ...moments, classes }, predicted);
  const covariance = covarianceOf(rows, images, kinds.length);
  const rule = { ...moments, classes, covariance };
  const all = discriminants(readings, rule, predicted);
  return { kind: 'discriminant', ...rule, scale: scaleOf(Float32Array.from(images, (image) => all[image]!)) };
}

/** Mean and spread of each kind, of the images that have it. */
function momentsOf(columns: readonly Float32Array[], images: readonly number[]): Moments {
  const each = columns.map((values) => {
    const had = images.map((image) => values[image]!).filter((value) => !Number.isNaN(value));
    const mean = had.reduce((sum, value) => sum + value, 0) / Math.max(had.length, 1);
    const square = had.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(had.length, 1);
    return { mean, spread: Math.max(Math.sqrt(square), LEAST_SPREAD) };
  });
  return { means: each.map(({ mean }) => mean), spreads: each.map(({ spread }) => spread) };
}

/** The moments of each class that is named often enough, drawn towards those of all. */
function classMoments(
  columns: readonly Float32Array[],
  predicted: Int32Array,
  images: readonly number[],
  all: Moments,
): Discriminant['classes'] {
  const byClass = new Map<number, number[]>();
  for (const image of images) {
    const own = byClass.get(predicted[image]!);
    if (own) own.push(image);
    else byClass.set(predicted[image]!, [image]);
  }
  return [...byClass].flatMap(([each, own]) => {
    if (own.length < FEWEST) return [];
    const moments = momentsOf(columns, own);
    const weights = columns.map((values) => {
      const had = own.filter((image) => !Number.isNaN(values[image]!)).length;
      return had / (had + PRIOR_IMAGES);
    });
    const drawn = (of: readonly number[], to: readonly number[]) =>
      of.map((value, kind) => weights[kind]! * value + (1 - weights[kind]!) * to[kind]!);
    return [
      { class: each, means: drawn(moments.means, all.means), spreads: drawn(moments.spreads, all.spreads) },
    ];
  });
}

/** The covariance of kinds over the images that have both, drawn towards none. @param rows n × kinds standardised values */
function covarianceOf(rows: Float64Array, images: readonly number[], kinds: number): number[] {
  const covariance = (one: number, other: number) => {
    let [n, ofOne, ofOther, products] = [0, 0, 0, 0];
    for (const image of images) {
      const [a, b] = [rows[image * kinds + one]!, rows[image * kinds + other]!];
      if (Number.isNaN(a + b)) continue;
      n++;
      ofOne += a;
      ofOther += b;
      products += a * b;
    }
    return n > 0 ? products / n - (ofOne / n) * (ofOther / n) : 0;
  };
  return Array.from({ length: kinds * kinds }, (_, i) => {
    const [one, other] = [Math.floor(i / kinds), i % kinds];
    if (one === other) return Math.max(covariance(one, one), LEAST_SPREAD);
    return (1 - BY_CHANCE) * covariance(one, other);
  });
}
