import { present } from '../present';
import { pValue } from './conformal';
import { onScale, rounded, type Scale } from './scale';

/**
 * How far a picture is from the clean ones, whatever class it is answered with; higher is farther:
 * - `latent`: the angle, 1 − cosine, between what B's last layer works on and the mean of the nearest class, among those that
 *   B holds for the likeliest (nearest class mean, Mensink et al. 2013; by direction alone, as Sun et al. 2022 compare neighbours)
 * - `trunk`: the same in what the net's head works on, the last image-shaped features
 * - `look`: the Mahalanobis distance, one Gaussian for all classes, of the mean and the deviation of each channel of B's stem.
 *   Noise, plain colours and drawings may lead anywhere in the late layers, which never learned of them; here they stand out
 * Origin: the papers named; kept beside what was tried on clean_validation and left (docs/familiarity.md). `npm run
 * familiarity` prints what they find.
 */
export const DISTANCES = ['latent', 'trunk', 'look'] as const;
export type DistanceKind = (typeof DISTANCES)[number];

/** Distances of n pictures. */
export type Distances = { readonly [kind in DistanceKind]?: Float32Array };

/** The scale of one kind of distance, from clean images that nothing was fitted on. */
export interface DistanceScale extends Scale {
  readonly kind: DistanceKind;
}

/**
 * A picture is called unfamiliar where no more than this share of the clean images is as far from the others.
 * Origin: chosen by hand, as the default α is; not varied.
 */
export const UNFAMILIAR = 0.01;

/** What a verdict says of how familiar a picture is. */
export interface Familiarity {
  readonly familiarity: number;
  readonly unfamiliar: boolean;
}

/**
 * How strange each of n pictures is: the length of what its distances are above 0, each on its scale.
 * @returns n scores, ≥ 0
 */
export function strangeness(distances: Distances, scales: readonly DistanceScale[], n: number): Float32Array {
  const measured = scales.map((scale) => ({ scale, values: present(distances[scale.kind], scale.kind) }));
  return Float32Array.from({ length: n }, (_, i) => {
    const above = measured.map(({ scale, values }) => Math.max(onScale(values[i]!, scale), 0));
    const length = Math.hypot(...above);
    return rounded(Number.isNaN(length) ? Number.POSITIVE_INFINITY : length);
  });
}

/**
 * What a strangeness says: the share of the clean calibration images that are at least as strange, and whether that is so small that
 * the picture is unlike them. Where they are too few to tell so small a share (fewer than 99), none is called so.
 * @param ascending the calibration images' strangeness, sorted
 */
export function familiarityOf(strange: number, ascending: Float32Array): Familiarity {
  const familiarity = pValue(ascending, strange);
  return { familiarity, unfamiliar: familiarity <= UNFAMILIAR };
}
