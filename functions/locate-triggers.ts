import type { Rendered } from '../models/images/decode';
import type { Verdict } from '../models/verdict';
import type { Classifier } from './classifier';

/**
 * Flagged images of one request whose trigger's place is looked for, the first ones: each takes the net more passes than all else of a request does.
 */
export const MOST_PLACES = 8;

/**
 * Adds to the verdicts on flagged images where the trigger is, of those where it can be told.
 * @param images the renderings of each image; that which the verdict is on is looked at
 * @param inTurn does a piece of work when its turn has come
 */
export async function withTriggerPlaces(
  verdicts: readonly Verdict[],
  images: readonly (readonly Rendered[])[],
  { locate }: Pick<Classifier, 'locate'>,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<Verdict[]> {
  const located = [...verdicts];
  if (!locate) return located;
  const flagged = [...located.keys()].filter((i) => located[i]!.backdoored).slice(0, MOST_PLACES);
  for (const i of flagged) {
    const { pixels } = images[i]!.find(({ rendering }) => rendering === located[i]!.rendering)!;
    const place = await inTurn(() => locate(pixels));
    if (place) located[i] = { ...located[i]!, place };
  }
  return located;
}
