import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ImageError } from '../../../models/errors';
import type { Fit } from '../../../models/images/fit';
import type { ImageSet } from '../../../models/images/set';
import type { PixelScaling } from '../../../models/pixels';
import type { RepairContext } from '../../context';
import { loadImages } from '../../images/load';
import { STAGES } from '../../stages';
import { firstOfBest } from './beyond-chance';
import { LEAST_ACCURACY } from './least-accuracy';
import { type ChosenPixels, choosePixels, type LabelOrder, type Shown } from './pixels';

/**
 * What is tried beside stretching, the likeliest first.
 * Origin: torchvision's and timm's usual evaluation (`Resize(256)`, `CenterCrop(224)`); Keras's `crop_to_aspect_ratio` and
 * `pad_to_aspect_ratio` of `image_dataset_from_directory`. Which is taken is told by clean accuracy.
 */
export const FIT_CANDIDATES: readonly Fit[] = ['crop:256/224', 'crop', 'pad'];

/**
 * Where B names fewer of the stretched images rightly, nothing is known of the scaling: then each way is tried with all of them.
 * Origin: LEAST_ACCURACY of checkLabels, below which a repair stops.
 */
const LOST = LEAST_ACCURACY;

/** How B does best on clean images, and how their pictures were brought to the net's size. */
export interface ChosenFit extends ChosenPixels {
  readonly fit: Fit;
  /** What each way gave; nothing where there was no choice. */
  readonly fits: readonly { readonly fit: Fit; readonly accuracy: number }[];
}

/**
 * Tries ways to bring pictures to the net's size, where some are of another size and none is told, on the images that the scaling was
 * chosen on. Stretching is left only for what does better by more than chance.
 * @param context.images read from the clean set, stretched or as is told
 * @param stretched how B does best on them
 * @param given the scaling that was given
 * @param orders of the classes, as choosePixels takes them
 */
export async function chooseFit(
  context: Omit<RepairContext, 'pixels'>,
  flat: LayersModel,
  { clean, stretched }: { readonly clean: ImageSet; readonly stretched: ChosenPixels },
  given: PixelScaling | undefined,
  orders: readonly LabelOrder[],
): Promise<ChosenFit> {
  const { others, withFit } = clean;
  const { fit = 'stretch' } = clean.shape;
  const first = { ...stretched, fit };
  if (clean.shape.fit || !withFit || !others?.size) return { ...first, fits: [] };
  // Of pictures that all have the net's shape, cropping and padding are the same as stretching.
  const candidates = others.shape > 0 ? FIT_CANDIDATES : FIT_CANDIDATES.filter((each) => /:/.test(each));
  const { sample } = stretched;
  const names = Array.from(sample, (image) => context.images.names[image]!);
  /** How B does best on the sample, brought to its size in this way. */
  const shown = async (each: Fit, scaling: PixelScaling | undefined, among: readonly LabelOrder[]) => {
    const images = await loadImages(withFit(each, names), { signal: context.signal });
    try {
      if (images.count !== sample.length) throw new ImageError(`${clean.name} was changed while it was read`);
      const ofSample: LabelOrder[] = among.map(({ name, labels }) => ({
        name,
        labels: Int32Array.from(sample, (image) => labels[image]!),
      }));
      const inOrder = <T extends Shown>(way: T) => ({ ...way, order: among[ofSample.indexOf(way.order)]! });
      const chosen = inOrder(await choosePixels({ ...context, images }, flat, scaling, ofSample));
      return { ...chosen, sample, tried: chosen.tried.map(inOrder), fit: each };
    } finally {
      images.dispose();
    }
  };
  const isLost = stretched.accuracy < LOST;
  const tried = [first];
  for (const [done, each] of candidates.entries()) {
    context.progress({ stage: STAGES.fit, done, total: candidates.length });
    tried.push(
      isLost ? await shown(each, given, orders) : await shown(each, stretched.pixels, [stretched.order]),
    );
  }
  const best = firstOfBest(tried);
  // What is right of the scalings and orders shows only in pictures that are as they should be.
  const chosen = best === first || isLost ? best : await shown(best.fit, given, orders);
  context.progress({ stage: STAGES.fit, done: candidates.length, total: candidates.length });
  // One figure for one way: that of the scaling and order that are taken.
  return { ...chosen, fits: tried.map((each) => (each === best ? chosen : each)) };
}
