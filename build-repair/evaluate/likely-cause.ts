import type { Manifest } from '../../models/bundle/manifest';
import type { ImageSet } from '../../models/images/set';
import type { CleanFigures } from './counts';
import { leavesOut } from './interval';

/** A share of pictures that are unlike those that were calibrated on, or of another shape, that tells. Origin: chosen by hand; not varied. */
const MANY = 0.1;
/** With fewer calibration images than these the rate that comes of them varies much. Origin: chosen by hand; as the report has it. */
const FEW = 1000;

/** What is known of a measured set and its bundle. */
export interface MeasuredSet {
  readonly manifest: Pick<Manifest, 'rule' | 'alpha' | 'calibration' | 'classes'>;
  readonly clean: Pick<CleanFigures, 'falsePositiveRate' | 'groups' | 'unfamiliarShare'>;
  readonly set: Pick<ImageSet, 'size' | 'skipped' | 'others' | 'frames'>;
  /** Whether the net names far fewer of the images than of those that the bundle was made with. */
  readonly isMisfit: boolean;
}

/**
 * The likeliest cause of false alarms whose interval leaves out the rate that was promised, as far as it shows.
 * @returns undefined where the interval holds it, or none is promised
 */
export function likelyCause({ manifest, clean, set, isMisfit }: MeasuredSet): string | undefined {
  const { rule, alpha, calibration, classes } = manifest;
  const side = rule.kind === 'calibrated' ? leavesOut(clean.falsePositiveRate, alpha) : undefined;
  if (!side) return undefined;
  if (isMisfit)
    return 'labels, their order or the pixels are not those of the bundle: the net names few of the images rightly';
  if (side === 'below')
    return 'the images are easier than those that the bundle was calibrated on, or the same';
  const wasGrouped = calibration.groups < calibration.images;
  if (!wasGrouped && (set.frames || clean.groups !== undefined)) {
    return 'the images come in groups, such as frames of one video, and the bundle was calibrated on images that were counted one by one: repair with --group';
  }
  if (clean.groups === undefined && (set.frames || wasGrouped)) {
    const which = set.frames
      ? `they look like frames of ${set.frames.groups} groups: ${set.frames.flag}`
      : '--group tells which';
    return `images that belong together were counted one by one (${which})`;
  }
  const share = (value: number) => `${(100 * value).toFixed(0)} %`;
  const unlike = clean.unfamiliarShare ?? 0;
  if (unlike >= MANY)
    return `${share(unlike)} of the images are unlike those that the bundle was calibrated on (another camera, another crop, another scaling)`;
  const read = set.size - set.skipped.length;
  const others = (set.others?.shape ?? 0) / Math.max(1, read);
  if (others >= MANY) return `${share(others)} of the pictures are of another shape than the net takes`;
  if (calibration.images < classes)
    return `at least ${classes - calibration.images} of ${classes} classes had no calibration images`;
  if (calibration.groups < FEW) {
    const counted = wasGrouped ? `${calibration.groups} groups` : `${calibration.images} images`;
    return `the bundle was calibrated on few images (${counted}), or these are of another kind`;
  }
  return 'the images are of another kind than those that the bundle was calibrated on';
}
