import type { FamiliarityRule } from '../../../models/bundle/familiarity-files';
import { smallestAlpha } from '../../../models/detector/conformal';
import { measure } from '../../../models/detector/distances';
import {
  DISTANCES,
  type DistanceKind,
  type DistanceScale,
  strangeness,
  UNFAMILIAR,
} from '../../../models/detector/familiarity';
import { scaleOf } from '../../../models/detector/scale';
import type { Summary } from '../../../models/detector/summaries';
import { first, present } from '../../../models/present';
import type { RepairContext } from '../../context';
import { allImages, groupsOf } from '../../images/load';
import type { FoldPlan } from '../choose/folds';
import { FEWEST_IMAGES } from '../learn/class-gaussians';
import { inParts } from './standard';
import { fitSurroundings } from './surroundings';

/** What tells how familiar a picture is, and what people should know of it. */
export interface CalibratedFamiliarity {
  readonly rule: FamiliarityRule;
  readonly notes: readonly string[];
}

/**
 * Fits what tells how familiar a picture is, and calibrates it as the detector is: on the images of the one split that were not
 * fitted on, or, cross-fitted, on each by what was fitted on the other folds; what is served is then fitted on all.
 * @param of what B's features say of all clean images, in order
 * @param keepsImages whether features of single images may be kept
 */
export function calibrateFamiliarity(
  context: RepairContext,
  of: readonly Summary[],
  { scheme, folds }: FoldPlan,
  keepsImages: boolean,
): CalibratedFamiliarity {
  const served = scheme === 'split' ? first(folds).fit : allImages(context.images);
  const isLeftOut = keepsImages ? undefined : sparse(context, served);
  const fits = folds.map(({ fit }) => fitSurroundings(context, of, fit, isLeftOut));
  const all = scheme === 'split' ? first(fits) : fitSurroundings(context, of, served, isLeftOut);
  const kinds = DISTANCES.filter((kind) => [all, ...fits].every((fitted) => fitted[kind]));
  const parts = folds.map(({ calibrate }, i) =>
    measure(
      Array.from(calibrate, (image) => of[image]!),
      fits[i]!,
    ),
  );
  const images = Int32Array.from(folds.flatMap(({ calibrate }) => Array.from(calibrate)));
  const n = images.length;
  const distances = new Map(
    kinds.map((kind) => [
      kind,
      Float32Array.from(parts.flatMap((part) => Array.from(present(part[kind], kind)))),
    ]),
  );
  const scales = scalesOf(distances);
  const scored = inParts(n, groupsOf(context.images, images), context.seed, scales, (isUsed) =>
    scalesOf(distances, isUsed),
  );
  const isTooFew = smallestAlpha(n) > UNFAMILIAR;
  return {
    rule: {
      surroundings: {
        latent: all.latent,
        trunk: kinds.includes('trunk') ? all.trunk : undefined,
        look: kinds.includes('look') ? all.look : undefined,
      },
      scales,
      calibration: scored((by) => strangeness(Object.fromEntries(distances), by, n)).sort(),
    },
    notes: isTooFew
      ? [`${n} calibration images are too few to tell that a picture is unlike them: none will be called so`]
      : [],
  };
}

/** Where no features of single images may be kept: the classes of so few that their mean would be one. */
function sparse({ images }: RepairContext, served: Int32Array): (label: number) => boolean {
  const counts = new Map<number, number>();
  for (const image of served) counts.set(images.labels[image]!, (counts.get(images.labels[image]!) ?? 0) + 1);
  return (label) => (counts.get(label) ?? 0) < FEWEST_IMAGES;
}

function scalesOf(
  distances: ReadonlyMap<DistanceKind, Float32Array>,
  isUsed: (image: number) => boolean = () => true,
): DistanceScale[] {
  return Array.from(distances, ([kind, values]) => ({
    kind,
    ...scaleOf(values.filter((_, image) => isUsed(image))),
  }));
}
