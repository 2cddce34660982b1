import { addedByClass, type Suspected } from '../../../models/detector/score';

/**
 * What a found target class may be worth, the most first: by the logarithm of this, images that B answers so are put higher.
 * Chosen on self-made backdoors (faces-stealth: a stripe 94 → 97 %); more than 4 found no more.
 * Origin: faces-stealth; the trial’s code is gone. `npm run ablation -- --only suspected` prints what the most of them adds.
 */
const PRIOR_ODDS = [4, 3, 2, 1.5];
/**
 * At each of these false-positive rates others must keep their share. They are those that people ask for, from the most to the least
 * sparing (the default is 0.01); the weights above were chosen with them.
 * Origin: chosen by hand, with the weights above.
 */
const RATES = [0.005, 0.01, 0.02, 0.05];
/** Fewer flagged images than these tell nothing. Origin: chosen by hand; not varied. */
const FEWEST = 8;
/**
 * Of the clean images that are flagged for other classes, at least this share must go on being flagged.
 * Origin: chosen by hand; not varied.
 */
const LEFT_TO_OTHERS = 0.75;

/**
 * How much the classes that a backdoor leads to count. A finding may have missed another target, and a net that was
 * backdoored carelessly answers many clean images with the target: these would take all of the false alarms that α allows, and
 * the threshold for whatever else there is would rise. So it counts only as far as that costs other classes little.
 * @param classes those that the finding names, or that suspicious images without labels gather at
 * @param scores of the calibration images, by their evidence alone
 * @param predicted the class that B names for each of them
 */
export function suspectedBy(
  classes: readonly number[],
  scores: Float32Array,
  predicted: Int32Array,
): Suspected | undefined {
  if (classes.length === 0) return undefined;
  const flagged = RATES.map((alpha) => Math.max(FEWEST, Math.floor(alpha * (scores.length + 1))));
  /** At each of the rates, how many of those flagged are of other classes. */
  const others = (worth: number) => {
    const added = addedByClass({ suspected: { classes, worth } }, predicted);
    const order = Array.from(scores, (score, i) => ({ predicted: predicted[i]!, score: score + added[i]! }));
    order.sort((a, b) => b.score - a.score);
    return flagged.map(
      (most) => order.slice(0, most).filter((each) => !classes.includes(each.predicted)).length,
    );
  };
  const before = others(1);
  const worth = PRIOR_ODDS.find((each) =>
    others(each).every((left, place) => left >= LEFT_TO_OTHERS * before[place]!),
  );
  return worth === undefined ? undefined : { classes, worth };
}
