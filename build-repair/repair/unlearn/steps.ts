/** Steps in which triggers are implanted. Origin: chosen by hand, so that they take on faces1283, signs43 and cifar10; not varied. */
export const IMPLANTING_STEPS = 150;
/** Images of a step of unlearning, at most. Origin: chosen by hand; not varied. */
export const UNLEARNING_BATCH = 128;
/** Origin: as LEARNING_RATE of unlearn; see there. */
const FEWEST_STEPS = 400;
const EPOCHS = 6;

/** Steps of unlearning: six times through the images, and no fewer than 400. */
export function unlearningSteps(images: number): number {
  return Math.max(FEWEST_STEPS, Math.ceil((images * EPOCHS) / UNLEARNING_BATCH));
}
