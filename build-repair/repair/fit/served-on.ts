import { first } from '../../../models/present';
import { allImages, type LoadedImages } from '../../images/load';
import type { FitPart } from '../../stages';
import type { FoldPlan } from '../choose/folds';

/** What the detector that is served is fitted on, and which of the fits that is: that of the one split, or the last, on all images. */
export function servedOn(
  { scheme, folds }: FoldPlan,
  images: Pick<LoadedImages, 'count'>,
): { readonly fit: Int32Array; readonly part: FitPart } {
  return scheme === 'split'
    ? { fit: first(folds).fit, part: { number: 1, stream: '' } }
    : { fit: allImages(images), part: { number: folds.length + 1, stream: ', on all' } };
}
