/** Steps in which triggers are implanted. Origin: chosen by hand, so that they take on faces1283, signs43 and cifar10; not varied. */
export const IMPLANTING_STEPS = 150;
/** Images of a step of unlearning, at most. Origin: chosen by hand; not varied. */
export const UNLEARNING_BATCH = 128;
/**
 * With few images these are seen again and again, up to so many times; with many, so often at least; and no fewer than so many steps.
 * Origin: faces1283 multi (six times) and cifar10 patch (28 times) were what else was chosen on; the fewest by the time that the demo takes.
 */
const MOST_TIMES = 28;
const LEAST_TIMES = 6;
const ENOUGH_STEPS = 400;
const FEWEST_STEPS = 150;

/** Steps of unlearning. */
export function unlearningSteps(images: number): number {
  const times = (count: number) => Math.ceil((images * count) / UNLEARNING_BATCH);
  return Math.max(FEWEST_STEPS, Math.min(times(MOST_TIMES), Math.max(ENOUGH_STEPS, times(LEAST_TIMES))));
}
