import type { ImageSet } from '../../../models/images/set';
import { describePixels, type PixelScaling } from '../../../models/pixels';
import { type Misfit, percent } from './fit-labels';
import type { Shown } from './pixels';

/** Accuracy by which another scaling than the one that was told has to be better, to be named as the cause. Origin: chosen by hand; not varied. */
const BETTER = 0.1;

/** What was told of the clean images, and what was found of it. */
export interface GivenImages {
  readonly pixels: PixelScaling | undefined;
  /** How B does best under a scaling of its own choice, where one was told. */
  readonly bestPixels: Pick<Shown, 'pixels' | 'accuracy'> | undefined;
  readonly clean: Pick<ImageSet, 'orderFrom' | 'shape'>;
}

/**
 * What it may come from that labels and net don't fit, in sentences, the likeliest first: what was told and measures worse than what was not,
 * where the order of the classes is from, and what else it may be.
 */
export function causesOf(
  { accuracy, other }: Misfit,
  { pixels, bestPixels: best, clean }: GivenImages,
): string[] {
  const { orderFrom, shape } = clean;
  const causes: string[] = [];
  if (pixels && best && best.accuracy >= accuracy + BETTER) {
    causes.push(
      `The pixels: --pixels ${describePixels(pixels)} was told, and under ${describePixels(best.pixels)} the net names ${percent(best.accuracy)} rightly; leave --pixels out.`,
    );
  }
  if (orderFrom)
    causes.push(
      `The order of the classes: it is that of ${orderFrom}; correct it, or take another: --class-order name or number.`,
    );
  else if (other)
    causes.push(
      'The order of the classes: put the labels into the order that the net was trained with (folders: --class-order name or number, or the class_indices.json of the training in the folder).',
    );
  if (!other && shape.fit)
    causes.push(`How pictures are brought to the net's size: --fit ${shape.fit} was told; leave it out.`);
  if (!other) {
    causes.push(
      pixels
        ? 'Labels or pictures of another net: check them, and --layout.'
        : 'Labels, pictures or pixels of another kind than the net was trained with: check them, --pixels, --fit and --layout.',
    );
  }
  return causes;
}
