/** Steps in which triggers are implanted. Origin: chosen by hand, so that they take on faces1283, signs43 and cifar10; not varied. */
export const IMPLANTING_STEPS = 150;
/** Images of a step of unlearning, at most. Origin: chosen by hand; not varied. */
export const UNLEARNING_BATCH = 128;
/**
 * Of a large net fewer (see effortFor), so many at least.
 * Origin: the net of test/build-repair/repair/unlearn/stand-alone.test.ts: of an attack that always works 450 steps of 32 leave 45 %, of 17 leave 66,
 * of 17 at a rate that falls with the root of the batch 89, and 900 steps of 17 leave 38; clean accuracy is the same.
 */
export const LEAST_BATCH = 32;
/**
 * With few images these are seen again and again, up to so many times; with many, so often at least; and no fewer than so many steps.
 * Origin: faces1283 multi (six times) and cifar10 patch and warp (16 times; with 28, not mirrored, more was left) were what else was chosen on;
 * the fewest by the time that the demo takes.
 */
const MOST_TIMES = 16;
const LEAST_TIMES = 6;
const ENOUGH_STEPS = 400;
const FEWEST_STEPS = 150;

/**
 * Copies that the calibration images are read by, and one of them its implanted triggers is rid of, unlearn for this share of the steps.
 * Origin: chosen for time; 0.6 was what cifar-clean-label, -adaptive-blend and -adaptive-patch were looked at with. Implanted in the
 * repaired net itself, triggers cost 1 to 1.5 points of clean accuracy (faces1283 multi, signs43); they went within fewer steps on all nets that were looked at.
 */
export const COPY_STEPS = 1 / 2;

/** Steps of unlearning. */
export function unlearningSteps(images: number): number {
  const times = (count: number) => Math.ceil((images * count) / UNLEARNING_BATCH);
  return Math.max(FEWEST_STEPS, Math.min(times(MOST_TIMES), Math.max(ENOUGH_STEPS, times(LEAST_TIMES))));
}
