import type { GoodNet } from '../../models/goodnet';
import type { Located } from '../../models/verdict';
import type { Example } from './examples';
import type { ObservedSet } from './observe';

/** Where the trigger is in pictures that are shown. */
export type TriggerLocations = ReadonlyMap<Example, Located>;

/** Asks where the trigger is in each flagged picture that a report shows, a few of each set. */
export async function locateFlagged(
  sets: readonly ObservedSet[],
  goodnet: Pick<GoodNet, 'locate'>,
): Promise<TriggerLocations> {
  const locations = new Map<Example, Located>();
  for (const { examples, mostSuspicious } of sets) {
    const shown = [...examples.of('found'), ...examples.of('alarm'), ...mostSuspicious];
    for (const example of shown.filter(({ verdict }) => verdict.backdoored)) {
      locations.set(example, await goodnet.locate(example.pixels));
    }
  }
  return locations;
}
