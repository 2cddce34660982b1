import type { Rendered } from '../models/images/decode';
import { present } from '../models/present';
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
  const flagged = [...verdicts.entries()].filter(([, { backdoored }]) => backdoored).slice(0, MOST_PLACES);
  for (const [i, verdict] of flagged) {
    const rendered = images[i]?.find(({ rendering }) => rendering === verdict.rendering);
    const { pixels } = present(rendered, 'What a verdict is on');
    const place = await inTurn(() => locate(pixels));
    if (place) located[i] = { ...verdict, place };
  }
  return located;
}
