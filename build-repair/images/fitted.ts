import type { Fit } from '../../models/images/fit';
import type { ImageSet } from '../../models/images/set';

/**
 * That pictures of a set are of another shape than the net takes, and what was done with them; nothing where none are, or where all that
 * was done is that they were made larger or smaller.
 * @param why how it comes that it was done so, in words
 */
export function fittedInWords(
  { shape, others, size, skipped }: Pick<ImageSet, 'shape' | 'others' | 'size' | 'skipped'>,
  why: string,
): string[] {
  const { fit = 'stretch', height, width } = shape;
  const isOther = others !== undefined && (others.shape > 0 || (fit !== 'stretch' && others.size > 0));
  if (!isOther) return [];
  const what = others.shape > 0 ? 'shape' : 'size';
  const count = `${others[what]} of ${size - skipped.length} pictures are of another ${what} than the net takes`;
  return [`${count} (${width}×${height}): they are ${done(fit)} (--fit ${fit}), ${why}`];
}

function done(fit: Fit): string {
  if (fit === 'stretch') return 'stretched to it';
  return fit === 'pad' ? 'padded with black' : 'cropped at the centre';
}
