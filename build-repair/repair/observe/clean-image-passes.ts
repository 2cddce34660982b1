import type { FeatureNet } from '../../../models/nets/features';
import { last } from '../../../models/present';
import type { RepairContext } from '../../context';
import { Augmenter } from '../../images/augment';
import { Occluder } from '../../images/occlude';
import { usualMemory } from '../../memory-option';
import { STAGES } from '../../stages';
import { KeptStems } from '../learn/kept-stems';
import { type Observations, observe } from './observe';

/**
 * Copies of each image that shapes were painted on, beside the one that was only varied.
 * Origin: chosen by hand; not varied.
 */
export const PAINTED = 2;
/**
 * Varied copies of which a large net's stem is kept, for what is learned behind it.
 * Origin: chosen by hand, for time: forgetting takes some twenty batches of 128, in five parts; not varied.
 */
export const KEPT_COPIES = 3;

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
  /** What the stem of a large net says of varied copies of the images to fit on, until the detector is fitted. */
  readonly stems: KeptStems | undefined;
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
  const clean = await observe(context, bad, {
    stage: STAGES.clean,
    summaries: true,
    places: keepsPlaces && bad.hasStem,
  });
  const stems = keepsStems(context, bad)
    ? new KeptStems(
        last(bad.net.outputs).shape.slice(1) as number[],
        sample,
        KEPT_COPIES,
        context.memory ?? usualMemory(),
      )
    : undefined;
  try {
    return { clean, ...(await changedPasses(context, bad, sample, stems)), stems };
  } catch (error) {
    stems?.dispose();
    throw error;
  }
}

/** Whether what is learned behind the stem works on what is kept of it: on a large net, whose stem takes long. */
function keepsStems({ effort = 1 }: Pick<RepairContext, 'effort'>, { hasStem }: FeatureNet): boolean {
  return effort < 1 && hasStem;
}

async function changedPasses(
  context: RepairContext,
  bad: FeatureNet,
  sample: Int32Array,
  stems: KeptStems | undefined,
): Promise<Pick<Passes, 'varied' | 'painted' | 'rowOf'>> {
  const augmenter = new Augmenter(context.shape, context.seed, 'passes');
  const occluder = new Occluder(context.shape, context.seed, 'passes');
  const vary = { sample, change: (pixels: Float32Array) => augmenter.vary(pixels) };
  const keepStem = stems && ((values: Float32Array) => stems.keep(values));
  const varied = await observe(context, bad, { stage: STAGES.varied, ...vary, keepStem });
  for (let copy = 1; stems && copy < KEPT_COPIES; copy++)
    await observe(context, bad, { stage: STAGES.further(copy), ...vary, keepStem });
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
  return { varied, painted, rowOf };
}
