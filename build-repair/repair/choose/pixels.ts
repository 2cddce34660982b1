import type { LayersModel } from '@tensorflow/tfjs-layers';
import { BGR_CANDIDATES, describePixels, PIXEL_CANDIDATES, type PixelScaling } from '../../../models/pixels';
import { present } from '../../../models/present';
import type { RepairContext } from '../../context';
import { scaledTo } from '../../effort';
import { allImages, spread } from '../../images/load';
import { STAGES } from '../../stages';
import { answersOn, shareRight } from '../observe/accuracy';
import { firstOfBest, rightOnes } from './beyond-chance';

/** Origin: chosen by hand; not varied. */
const MOST_IMAGES = 1000;
/** Of a large net fewer, so many at least. Origin: chosen by hand, for time; not varied. */
const LEAST_IMAGES = 200;
/**
 * What is seldom right is taken only where it does better by this share of the images, and by so many: colours in the wrong order cost
 * some nets next to nothing, and chance does the rest.
 * Origin: chosen by hand; eight nets of ../shared/data keep their order under it.
 */
const BETTER = 0.02;
const BETTER_IMAGES = 3;

/** Labels of the clean images, by an order of the classes. */
export interface LabelOrder {
  /** In words: "by number". */
  readonly name: string;
  readonly labels: Int32Array;
}

/** A way to show B the clean images, and how well it does. */
export interface Shown {
  readonly pixels: PixelScaling;
  readonly order: LabelOrder;
  /** What B then names for each image of the sample, and which of it is right. */
  readonly predicted: Int32Array;
  readonly right: Uint8Array;
  /** Clean accuracy of B, 0–1, on the sample. */
  readonly accuracy: number;
}

/** How B does best on clean images. */
export interface ChosenPixels extends Shown {
  /** The images that it was tried on. */
  readonly sample: Int32Array;
  /** What each way gave. */
  readonly tried: readonly Shown[];
}

/**
 * Tries scalings of pixels, and orders of the classes, on up to 1000 clean images. The first that none beats by more than chance is taken;
 * blue first, and another order than the first, only where they do clearly better.
 * @param given the scaling that was given; left out: the usual ones are tried
 * @param orders one or more
 */
export async function choosePixels(
  context: Omit<RepairContext, 'pixels'>,
  flat: LayersModel,
  given: PixelScaling | undefined,
  orders: readonly LabelOrder[],
): Promise<ChosenPixels> {
  const sample = spread(allImages(context.images), scaledTo(context.effort, MOST_IMAGES, LEAST_IMAGES));
  const candidates = given ? [given] : candidatesFor(context.shape.channels);
  const tried: Shown[] = [];
  const labels = orders.map((order) => Int32Array.from(sample, (image) => order.labels[image]!));
  for (const [done, pixels] of candidates.entries()) {
    if (!given) context.progress({ stage: STAGES.pixels, done, total: candidates.length });
    const predicted = await answersOn({ ...context, pixels }, flat, sample);
    for (const [i, order] of orders.entries())
      tried.push({
        pixels,
        order,
        predicted,
        right: rightOnes(predicted, labels[i]!),
        accuracy: shareRight(predicted, labels[i]!),
      });
  }
  if (!given) context.progress({ stage: STAGES.pixels, done: candidates.length, total: candidates.length });
  const best = bestOf(tried, orders, sample.length);
  return { ...best, sample, tried };
}

function bestOf(tried: readonly Shown[], orders: readonly LabelOrder[], images: number): Shown {
  const margin = Math.max(BETTER, BETTER_IMAGES / images);
  const isBgr = ({ pixels }: Shown) => pixels.order === 'bgr';
  let best: Shown | undefined;
  // The likeliest first: each of the others has to be clearly better.
  for (const order of orders) {
    for (const bgr of [false, true]) {
      const some = tried.filter((each) => each.order === order && isBgr(each) === bgr);
      if (some.length === 0) continue;
      const first = firstOfBest(some);
      if (!best || first.accuracy >= best.accuracy + margin) best = first;
    }
  }
  return present(best, 'A scaling of pixels');
}

/** The scalings that are tried of nets with so many channels. */
export function candidatesFor(channels: number): readonly PixelScaling[] {
  return channels === 3 ? [...PIXEL_CANDIDATES, ...BGR_CANDIDATES] : PIXEL_CANDIDATES;
}

/** In words, what each scaling gave, under the order that was taken. */
export function triedInWords({ tried, order }: Pick<ChosenPixels, 'tried' | 'order'>): string {
  return tried
    .filter((each) => each.order === order)
    .map((each) => `${describePixels(each.pixels)}: ${(100 * each.accuracy).toFixed(1)} %`)
    .join(', ');
}

/** In words, what each order gave, under the scaling that was taken. */
export function ordersInWords(
  { tried, pixels }: Pick<ChosenPixels, 'tried' | 'pixels'>,
  orders: readonly LabelOrder[],
): string {
  const accuracyOf = (order: LabelOrder) =>
    present(
      tried.find((each) => each.order === order && each.pixels === pixels),
      order.name,
    ).accuracy;
  return orders.map((order) => `${order.name} ${(100 * accuracyOf(order)).toFixed(1)} %`).join(', ');
}
