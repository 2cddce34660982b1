import type { SkippedImage } from '../../models/images/set';

const MOST_LISTED = 5;

/** A line that tells what lies among images and was not taken for one; none where there is nothing of that kind. */
export function ignoredLines(ignored: readonly SkippedImage[] = []): string[] {
  if (ignored.length === 0) return [];
  const shown = ignored.slice(0, MOST_LISTED).map(({ name, reason }) => `${name} (${reason})`);
  const more = ignored.length - shown.length;
  return [`Passed over: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}
