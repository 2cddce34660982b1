import { present } from '../present';
import { type Gallery, placesOf, projectPlaces, resemblance } from './gallery';
import { leaveOut } from './margin';
import type { DetectorNets } from './nets';
import type { NetReadings } from './readings';
import { imagesWithoutNamedClass, isBeyondAll, type Rule } from './rule';

/** What is not to be found. */
export interface LeftOut {
  /** Tells the images of which B's class is out of the question: they are more suspicious than every clean one. */
  readonly isRuledOut: (image: number) => boolean;
  /** Tells which of the gallery's images not to look at, for an image. */
  readonly isEntry?: ((image: number, entry: number) => boolean) | undefined;
}

/**
 * Looks some images up in the gallery, so that B′ names what they resemble where the evidence speaks against B's class.
 * @param readings what the nets say of n images, with B's stem
 * @param which the images to look up
 * @param classes N
 */
export function lookUp(
  readings: NetReadings,
  gallery: Gallery,
  which: readonly number[],
  classes: number,
  { isRuledOut, isEntry }: LeftOut,
): NetReadings {
  if (which.length === 0) return readings;
  const [height, width, channels] = gallery.stem;
  const size = height * width * channels;
  const stems = present(readings.stem, 'What a gallery is asked with');
  const found = new Map(
    which.map((image) => {
      const stem = stems.subarray(image * size, (image + 1) * size);
      const projected = projectPlaces(placesOf(stem, gallery.stem, gallery.places), gallery);
      const scores = resemblance(gallery, projected, classes, isEntry && ((entry) => isEntry(image, entry)));
      return [image, isRuledOut(image) ? leaveOut(scores, readings.bad.classes[image]!) : scores];
    }),
  );
  const { withoutNamedClass } = readings.logits;
  return {
    ...readings,
    logits: { ...readings.logits, withoutNamedClass: (i) => found.get(i) ?? withoutNamedClass(i) },
  };
}

/**
 * The readings that a verdict is made from: where B's class is passed over and there is a gallery, with what that says.
 * @param scores of the n images
 * @param isEntry see LeftOut
 */
export function lookUpWithoutNamedClass(
  readings: NetReadings,
  { gallery, classes }: Pick<DetectorNets, 'gallery' | 'classes'>,
  scores: Float32Array,
  rule: Rule,
  isEntry?: LeftOut['isEntry'],
): NetReadings {
  if (!gallery) return readings;
  const isRuledOut = (image: number) => isBeyondAll(scores[image]!, rule);
  return lookUp(readings, gallery, imagesWithoutNamedClass(scores, rule), classes, { isRuledOut, isEntry });
}
