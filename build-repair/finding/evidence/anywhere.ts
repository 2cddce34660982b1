/**
 * How far B's margins under small triggers anywhere may part, in units of its own on clean images; as many classes may stand above together.
 * Origin: cifar10's patch net, 1.5 at its target, and its clean net: `npm run findings -- cifar10 --detail` prints them.
 */
const MOST_APART = 1;
const MOST_STANDING_OUT = 3;

/**
 * How far small triggers of any shape and colours, anywhere, speak for classes: a sticker of the attacker's lets so little of the picture
 * turn others to its class, where for the other classes it takes more (Wang et al., Neural Cleanse, IEEE S&P 2019). Where the margins part the
 * furthest among the highest, those above have the gap over what clean nets stay below, if the trigger turns most pictures; others have 0,
 * and all where there are next to no other classes.
 * @param margins B's mean margin under each class's trigger, on images that were not searched on, in units of its own on clean ones
 */
export function anywhereScores(margins: ArrayLike<number>): number[] {
  const ordered = Array.from(margins, (_, k) => k).sort((a, b) => margins[b]! - margins[a]! || a - b);
  const gaps = ordered
    .slice(0, MOST_STANDING_OUT)
    .map((each, rank) => margins[each]! - (margins[ordered[rank + 1]!] ?? margins[each]!));
  const most = Math.max(...gaps);
  const above = new Set(ordered.slice(0, gaps.indexOf(most) + 1));
  const areEnough = margins.length > MOST_STANDING_OUT + 1;
  return Array.from(margins, (margin, k) =>
    areEnough && above.has(k) && margin > 0 ? most / MOST_APART : 0,
  );
}
