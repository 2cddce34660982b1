import type { SkippedImage } from '../../models/images/set';

const TOLD = 5;

/** A line that tells what lies among images and was not taken for one; none where there is nothing of that kind. */
export function passedOverLines(passedOver: readonly SkippedImage[] = []): string[] {
  if (passedOver.length === 0) return [];
  const shown = passedOver.slice(0, TOLD).map(({ name, reason }) => `${name} (${reason})`);
  const more = passedOver.length - shown.length;
  return [`Passed over: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}
