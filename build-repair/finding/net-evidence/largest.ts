/**
 * What the largest margin of a class, over that of the next class, is held against; as many classes may stand above it together.
 * Origin: Wang et al. 2024's nets and ours: clean nets 1.0–1.3, see docs/method.md; the source-specific net of cifar10, 1.3 at a class
 * that is no target, was looked at.
 */
const MOST_OVER_NEXT = 1.4;
const MOST_STANDING_OUT = 3;

/**
 * How far largest margins stand out: where they part the furthest among the highest, those above have the ratio over what clean nets
 * stay below; the others, and all where there are next to no other classes, have 0.
 * @param largest see largestMargins
 */
export function largestScores(largest: ArrayLike<number>): number[] {
  const ordered = Array.from(largest, (_, k) => k).sort((a, b) => largest[b]! - largest[a]! || a - b);
  const ratios = ordered.slice(0, MOST_STANDING_OUT).map((each, rank) => {
    const next = largest[ordered[rank + 1]!] ?? 0;
    return next > 0 ? largest[each]! / next : 0;
  });
  const most = Math.max(...ratios);
  const above = new Set(ordered.slice(0, ratios.indexOf(most) + 1));
  const areEnough = largest.length > MOST_STANDING_OUT + 1;
  return Array.from(largest, (_, k) => (areEnough && above.has(k) ? most / MOST_OVER_NEXT : 0));
}
