/**
 * One of two ways to show B the same images does better where it is right about more of those that the other is wrong about than the other
 * way round, by so many standard errors of that difference: McNemar's test at 5 %, two-sided.
 * Origin: McNemar 1947; the level is the usual one; not varied. `0–255` had been taken for a net of `0–1` by one image of 80.
 */
const STANDARD_ERRORS = 2;

/** What B names for some images, as 1 where it is their label. */
export function rightOnes(predicted: Int32Array, labels: Int32Array): Uint8Array {
  return Uint8Array.from(predicted, (each, i) => Number(each === labels[i]));
}

/** Whether more answers are right than others to the same images, by more than chance. */
export function isBeyondChance(right: Uint8Array, others: Uint8Array): boolean {
  const gained = count(right, (each, i) => each > others[i]!);
  const lost = count(right, (each, i) => each < others[i]!);
  return gained > lost && gained - lost >= STANDARD_ERRORS * Math.sqrt(gained + lost);
}

/**
 * The first of some ways that the best of them does not beat by more than chance.
 * @param tried the likeliest first, each with the answers that are right, to the same images; one or more
 */
export function firstOfBest<T extends { readonly right: Uint8Array }>(tried: readonly T[]): T {
  const rate = ({ right }: T) => count(right, (each) => each === 1);
  const best = tried.reduce((a, b) => (rate(b) > rate(a) ? b : a));
  return tried.find(({ right }) => !isBeyondChance(best.right, right)) ?? best;
}

function count(values: Uint8Array, is: (value: number, i: number) => boolean): number {
  return values.reduce((sum, value, i) => sum + Number(is(value, i)), 0);
}
