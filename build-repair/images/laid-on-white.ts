import type { ImageSet } from '../../models/images/set';

/** That images of these sets aren't opaque, and what was seen of them; nothing where all are. */
export function laidOnWhite(...sets: readonly (Pick<ImageSet, 'laidOnWhite'> | undefined)[]): string[] {
  const images = sets.reduce((sum, set) => sum + (set?.laidOnWhite ?? 0), 0);
  if (images === 0) return [];
  const are = images === 1 ? "1 image isn't opaque: it was" : `${images} images aren't opaque: they were`;
  return [`${are} laid on white, and taken so. Save them as your application sees them.`];
}
