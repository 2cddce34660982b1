import type { ImageSet } from '../../../../models/images/set';
import type { JudgesPixels } from '../../../../models/verdict';
import { type CalibratedPeer, calibrated, type Peer } from '../../field/peers/peer';
import { ALPHA, evaluateTimed, type Repaired, type Run } from '../work';

/** Calibrates another's detector, and measures it as a repair is measured: on the same images, at the same α. */
export async function measurePeer(
  peer: Peer,
  work: Pick<Repaired, 'net' | 'clean' | 'seed'>,
  test: ImageSet,
  poisoned: readonly ImageSet[],
): Promise<Run> {
  const start = performance.now();
  const judge = await calibrated(peer, work);
  const seconds = (performance.now() - start) / 1000;
  try {
    return { ...(await evaluateTimed(atAlpha(judge, work.net.classes), test, poisoned)), seconds };
  } finally {
    judge.dispose();
  }
}

/** What is flagged at α; there is no B′, and B answers in its place. @param classes N */
export function atAlpha(judge: Pick<CalibratedPeer, 'classify'>, classes: number): JudgesPixels {
  return {
    async classify(pixels, n) {
      const judged = await judge.classify(pixels, n);
      return judged.map(({ bad, suspicion, pValue }) => {
        const backdoored = pValue <= ALPHA;
        const named = backdoored ? classes : bad.class;
        return { class: named, backdoored, pValue, suspicion, answer: bad, bad, repaired: bad };
      });
    },
  };
}
