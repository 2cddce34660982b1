import { type ClassDirections, directions, type Look, type Surroundings } from '../detector/distances';
import type { DistanceScale } from '../detector/familiarity';
import { type MemoryFile, packFloats, unpackFloats } from './artifacts';
import type { Manifest } from './manifest';

type FamiliarityField = NonNullable<Manifest['familiarity']>;

/** What tells how familiar a picture is. */
export interface FamiliarityRule {
  readonly surroundings: Surroundings;
  readonly scales: readonly DistanceScale[];
  /** The strangeness of the calibration images, sorted. */
  readonly calibration: Float32Array;
}

/** The mean directions, latent before trunk, a byte a value. */
const MEANS = 'familiarity/means.bin';
/** The calibration images' strangeness, then the look's projection and centre, as 32-bit floats. */
const FLOATS = 'familiarity/floats.bin';

/** The files of what tells how familiar a picture is. */
export function familiarityFiles({ surroundings, calibration }: FamiliarityRule): MemoryFile[] {
  const { latent, trunk, look } = surroundings;
  const means = [latent.means, ...(trunk ? [trunk.means] : [])];
  const floats = [calibration, ...(look ? [look.projection, look.centre] : [])];
  return [
    { path: MEANS, bytes: Uint8Array.from(means.flatMap((each) => Array.from(each))) },
    { path: FLOATS, bytes: packFloats(floats) },
  ];
}

/** What a manifest says of it. */
export function familiarityField({ surroundings, scales, calibration }: FamiliarityRule): FamiliarityField {
  const { latent, trunk, look } = surroundings;
  const sizes = ({ dimensions }: ClassDirections) => ({ dimensions });
  return {
    latent: sizes(latent),
    trunk: trunk && sizes(trunk),
    look: look && { channels: look.channels, dimensions: look.dimensions, floor: look.floor },
    scales: scales.map((each) => ({ ...each })),
    images: calibration.length,
  };
}

/** That of a verified bundle. @param classes N @throws RangeError where its files don't fit what the manifest says */
export async function readFamiliarity(
  field: FamiliarityField,
  classes: number,
  read: (path: string) => Promise<Uint8Array>,
): Promise<FamiliarityRule> {
  const { latent, trunk, look, scales, images } = field;
  const bytes = await read(MEANS);
  const size = (of: typeof trunk) => (of ? classes * of.dimensions : 0);
  const expected = size(latent) + size(trunk);
  if (bytes.length !== expected) throw new RangeError(`${MEANS} has ${bytes.length} bytes, not ${expected}`);
  const at = (of: typeof latent, start: number) =>
    directions(Int8Array.from(bytes.subarray(start, start + size(of))), of.dimensions);
  const lookSizes = look
    ? ([2 * look.channels * look.dimensions, look.dimensions] as const)
    : ([0, 0] as const);
  const [calibration, projection, centre] = unpackFloats(await read(FLOATS), [images, ...lookSizes]);
  return {
    surroundings: {
      latent: at(latent, 0),
      trunk: trunk && at(trunk, size(latent)),
      look: look && ({ ...look, projection, centre } satisfies Look),
    },
    scales,
    calibration,
  };
}
