import { smallestAlpha } from '../../../models/detector/conformal';
import { UsageError } from '../../../models/errors';

/**
 * Checks that a false-positive rate can be told from the images that are calibrated on.
 * @param alpha 0–1
 * @param calibrated how many images these are
 * @throws UsageError where it can't
 */
export function checkAlpha(alpha: number, calibrated: number): void {
  const smallest = smallestAlpha(calibrated);
  if (alpha >= smallest) return;
  throw new UsageError(
    `A false-positive rate of ${alpha} can't be told from ${calibrated} calibration images; the least is ${smallest.toPrecision(2)}`,
    { code: 'ALPHA_TOO_SMALL', hint: 'Give more clean images, or a higher --alpha.' },
  );
}
