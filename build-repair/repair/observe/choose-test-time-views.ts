import type { LayersModel } from '@tensorflow/tfjs-layers';
import { bestOf, scoreViews, type TestTimeViews, viewer } from '../../../models/detector/test-time-views';
import type { RepairContext } from '../../context';
import { STAGES } from '../../stages';
import type { Observations } from './observe';

/**
 * Below this probability B's answer is worth a second look; above it, views changed next to nothing on clean images.
 * Origin: by hand; what it is told by was not kept. `npm run ablation -- --only views` prints what views add.
 */
const UNSURE_BELOW = 0.9;
/** Origin: chosen by hand, for memory and time; verdicts do not depend on it. */
const BATCH = 64;

/**
 * The views of an image that help B to name the classes of the clean images it is unsure of, told by their labels: none, the
 * image moved by a pixel, or its mirror image as well. Mirrored faces are faces, mirrored signs may be other signs.
 * @param bad B, its logits the first output
 * @param images clean images to choose by
 */
export async function chooseTestTimeViews(
  context: RepairContext,
  bad: LayersModel,
  clean: Observations,
  images: Int32Array,
): Promise<TestTimeViews | undefined> {
  const { labels, gather } = context.images;
  const { classes } = context;
  const by = viewer({ ...context, bad });
  // A margin is the logit of the probability.
  const margin = Math.log(UNSURE_BELOW / (1 - UNSURE_BELOW));
  const unsure = images.filter((image) => clean.margins[image]! < margin);
  let right = { alone: 0, moved: 0, mirrored: 0 };
  for (let start = 0; start < unsure.length; start += BATCH) {
    context.signal?.throwIfAborted();
    const batch = unsure.subarray(start, start + BATCH);
    const scores = await scoreViews(by, gather(batch), batch.length, true);
    batch.forEach((image, i) => {
      const label = labels[image]!;
      const hit = (predicted: number) => (predicted === label ? 1 : 0);
      right = {
        alone: right.alone + hit(clean.predicted[image]!),
        moved: right.moved + hit(bestOf(scores, i, classes, false).class),
        mirrored: right.mirrored + hit(bestOf(scores, i, classes, true).class),
      };
    });
    context.progress({ stage: STAGES.views, done: start + batch.length, total: unsure.length });
    await new Promise(setImmediate);
  }
  if (right.alone >= Math.max(right.moved, right.mirrored)) return undefined;
  return { unsureBelow: UNSURE_BELOW, mirrored: right.mirrored > right.moved };
}
