/**
 * One of two ways to show B the same images does better where it is right about more of those that the other is wrong about than the other
 * way round, by so many standard errors of that difference: McNemar's test at 5 %, two-sided.
 * Origin: McNemar 1947; the level is the usual one; not varied. `0–255` had been taken for a net of `0–1` by one image of 80.
 */
const STANDARD_ERRORS = 2;

/** Whether answers are right more often than others on the same images, by more than chance. */
export function isBeyondChance(named: Int32Array, others: Int32Array, labels: Int32Array): boolean {
  let gained = 0;
  let lost = 0;
  labels.forEach((label, i) => {
    if ((named[i] === label) === (others[i] === label)) return;
    if (named[i] === label) gained++;
    else lost++;
  });
  return gained > lost && gained - lost >= STANDARD_ERRORS * Math.sqrt(gained + lost);
}

/**
 * The first of some ways that the best of them does not beat by more than chance.
 * @param tried the likeliest first, each with what B names for the same images; one or more
 */
export function firstOfBest<T extends { readonly named: Int32Array }>(
  tried: readonly T[],
  labels: Int32Array,
): T {
  const right = ({ named }: T) => named.reduce((sum, each, i) => sum + Number(each === labels[i]), 0);
  const best = tried.reduce((a, b) => (right(b) > right(a) ? b : a));
  return tried.find((each) => !isBeyondChance(best.named, each.named, labels))!;
}
