/** So many classes are listed. Origin: chosen by hand; how much is told. */
const LISTED = 8;

/**
 * Which share of a net's classes has clean images, and which have none where these are few; nothing where all have.
 * @param labels 0…N−1
 * @param classNames by label, where they are known
 */
export function coverageInWords(
  labels: Int32Array,
  classes: number,
  classNames: readonly string[] | undefined,
): string[] {
  const known = new Set(labels);
  if (known.size === classes) return [];
  const share = ((100 * known.size) / classes).toFixed(known.size < classes / 10 ? 1 : 0);
  const covered = `The clean images are of ${known.size} of the net's ${classes} classes (${share} %)`;
  const missing = Array.from({ length: classes }, (_, each) => each).filter((each) => !known.has(each));
  if (missing.length > LISTED) return [`${covered}: of ${missing.length} classes there are none`];
  const called = missing.map((each) => (classNames ? `${classNames[each]} (${each})` : `${each}`));
  return [`${covered}: there are none of ${called.join(', ')}`];
}
