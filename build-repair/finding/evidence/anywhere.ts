import { FEW_CLASSES } from './signature';

/**
 * How far B's margins under small triggers anywhere may part, in units of its own on clean images; as many classes may stand above together.
 * Origin: set by hand on cifar10's patch net, 2.6 at its target, and its clean net, 0.5; `npm run findings -- cifar10 --detail` prints
 * them.
 */
const MOST_APART = 1.5;
const MOST_STANDING_OUT = 3;

/**
 * Whether every class of a net is tried, so that what a class takes can be held against all others. Of the candidates alone it can't be: these
 * are chosen for how easily they are reached.
 * Origin: FEW_CLASSES, as many as are tried of any net. On faces1283's clean net, among 19 of 1,283 classes, an innocent one parts by 1.4.
 */
export function triesAll(classes: number): boolean {
  return classes < FEW_CLASSES;
}

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
