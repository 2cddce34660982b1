import { GoodNet } from '../../../models/goodnet';
import { type Repaired, withRepaired } from '../table/work';
import type { OpenedField } from './nets';
import { type Scores, scoresBy } from './scores';

/** What GoodNet says, and what the repair says that people should know. */
export interface GoodNetScores extends Scores {
  readonly notices: readonly string[];
}

/**
 * Repairs a net as `goodnet repair` does by default, and asks the bundle of the test images.
 * @param work.alpha left out: 1 %
 * @throws GoodNetError where a repair refuses
 */
export function goodNetScores(
  { netPath, net, clean, test, poisoned }: OpenedField,
  work: Pick<Repaired, 'seed' | 'alpha'>,
): Promise<GoodNetScores> {
  const repaired: Repaired = { ...work, netPath, net, clean, method: 'expert' };
  return withRepaired(repaired, async (store, _seconds, notices) => {
    const goodnet = await GoodNet.load(store);
    try {
      return { ...(await scoresBy(goodnet, test, poisoned)), notices };
    } finally {
      goodnet.dispose();
    }
  });
}
