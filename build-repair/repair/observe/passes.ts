import type { FeatureNet } from '../../../models/nets/features';
import type { RepairContext } from '../../context';
import { Augmenter } from '../../images/augment';
import { Occluder } from '../../images/occlude';
import { STAGES } from '../../stages';
import { type Observations, observe } from './observe';

/**
 * Copies of each image that shapes were painted on, beside the one that was only varied.
 * Origin: chosen by hand; not varied.
 */
export const PAINTED = 2;

/** What B says of the clean images, as they are and changed. */
export interface Passes {
  /** Every clean image, in order. */
  readonly clean: Observations;
  /** The images to fit on, varied as another picture of the same thing would be. */
  readonly varied: Observations;
  /** The same, and random shapes painted on them. */
  readonly painted: readonly Observations[];
  /** Row of an image in the changed passes; −1 for images that are not fitted on. */
  readonly rowOf: Int32Array;
}

/**
 * Runs B over all clean images, and over changed copies of those in `sample`.
 * @param keepsPlaces whether to keep the places of B's stem, if it has one
 */
export async function runPasses(
  context: RepairContext,
  bad: FeatureNet,
  sample: Int32Array,
  keepsPlaces: boolean,
): Promise<Passes> {
  const augmenter = new Augmenter(context.shape, context.seed, 'passes');
  const occluder = new Occluder(context.shape, context.seed, 'passes');
  const clean = await observe(context, bad, {
    stage: STAGES.clean,
    summaries: true,
    places: keepsPlaces && bad.hasStem,
  });
  const varied = await observe(context, bad, {
    stage: STAGES.varied,
    sample,
    change: (pixels) => augmenter.vary(pixels),
  });
  const painted: Observations[] = [];
  for (let copy = 1; copy <= PAINTED; copy++) {
    painted.push(
      await observe(context, bad, {
        stage: STAGES.painted(copy),
        sample,
        change: (pixels) => {
          const changed = augmenter.vary(pixels);
          occluder.paint(changed);
          return changed;
        },
      }),
    );
  }
  const rowOf = new Int32Array(context.images.count).fill(-1);
  sample.forEach((image, row) => {
    rowOf[image] = row;
  });
  return { clean, varied, painted, rowOf };
}
