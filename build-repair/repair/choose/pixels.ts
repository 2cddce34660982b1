import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describePixels, PIXEL_CANDIDATES, type PixelScaling } from '../../../models/pixels';
import type { RepairContext } from '../../context';
import { allImages, spread } from '../../images/load';
import { STAGES } from '../../stages';
import { accuracyOn } from '../observe/accuracy';

/** Origin: chosen by hand; not varied. */
const MOST_IMAGES = 1000;

/** The scaling under which B does best on clean images, and how well. */
export interface ChosenPixels {
  readonly pixels: PixelScaling;
  /** Clean accuracy of B under it, 0–1. */
  readonly accuracy: number;
  /** In words, what each candidate gave. */
  readonly tried: string;
}

/** Tries each usual scaling of pixels on up to 1000 clean images. The first of equals is taken. */
export async function choosePixels(
  context: Omit<RepairContext, 'pixels'>,
  flat: LayersModel,
  candidates: readonly PixelScaling[] = PIXEL_CANDIDATES,
): Promise<ChosenPixels> {
  const sample = spread(allImages(context.images), MOST_IMAGES);
  const tried: { pixels: PixelScaling; accuracy: number }[] = [];
  for (const pixels of candidates) {
    context.progress({ stage: STAGES.pixels, done: tried.length, total: candidates.length });
    tried.push({ pixels, accuracy: await accuracyOn({ ...context, pixels }, flat, sample) });
  }
  context.progress({ stage: STAGES.pixels, done: tried.length, total: candidates.length });
  const best = tried.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const words = tried.map((each) => `${describePixels(each.pixels)}: ${(100 * each.accuracy).toFixed(1)} %`);
  return { ...best, tried: words.join(', ') };
}
