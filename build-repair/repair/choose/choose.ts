import type { ImageSet } from '../../../models/images/set';
import { checkPixels, describePixels } from '../../../models/pixels';
import { present } from '../../../models/present';
import type { RepairContext } from '../../context';
import { effortFor } from '../../effort';
import { fittedInWords } from '../../images/fitted';
import type { LoadedImages } from '../../images/load';
import { checkAlpha } from '../check/alpha';
import type { CheckedRepair, RepairOptions } from '../check/options';
import type { Inputs } from '../read';
import { causesOf } from './causes';
import { coverageInWords } from './coverage';
import { type ChosenFit, chooseFit } from './fit';
import { findMisfit, misfitError } from './fit-labels';
import { type FoldPlan, planFolds } from './folds';
import { type ChosenPixels, choosePixels, type LabelOrder, ordersInWords, triedInWords } from './pixels';

/** Below this share of clean images named rightly, what was tried is told. Origin: chosen by hand; how much is told. */
const LOW_ACCURACY = 0.9;

/** How the clean images are shown to B, and which are fitted and which calibrated on. */
export interface ChosenImages extends Pick<Inputs, 'flat' | 'unlabelled' | 'hosts'> {
  readonly context: RepairContext;
  readonly plan: FoldPlan;
  /** The clean set's class names, in the order of the labels that were taken. */
  readonly classNames: readonly string[] | undefined;
}

/** What a detector is fitted and calibrated with. */
export interface Chosen extends ChosenImages {
  /** Whether the bundle may hold images, and features of single ones. */
  readonly keepsImages: boolean;
}

/** What the choice of images takes. */
type ChooseOptions = Pick<
  CheckedRepair,
  'net' | 'clean' | 'pixels' | 'acceptLowAccuracy' | 'seed' | 'progress' | 'say' | 'tell' | 'signal'
> &
  Pick<RepairOptions, 'memory'>;

/**
 * Chooses what a repair works with (see chooseImages).
 * @throws UsageError for a false-positive rate that can't be told from so few
 * @throws ImageError where labels and net don't fit
 */
export async function choose(checked: CheckedRepair, inputs: Inputs): Promise<Chosen> {
  const chosen = await chooseImages(checked, inputs);
  const calibrated = chosen.plan.folds.reduce((sum, { calibrate }) => sum + calibrate.length, 0);
  if (checked.method === 'expert') checkAlpha(checked.alpha, calibrated);
  return { ...chosen, keepsImages: checked.keepsImages };
}

/**
 * Chooses how pixels are scaled, which order the class folders are in and how pictures of another size are brought to the net's, where that is
 * not told, and which images are fitted and
 * which calibrated on.
 * @throws ImageError where labels and net don't fit
 */
export async function chooseImages(checked: ChooseOptions, inputs: Inputs): Promise<ChosenImages> {
  const { net, seed, memory, progress, signal, clean, pixels: given } = checked;
  const { flat } = inputs;
  const { inputShape: shape, classes } = net;
  if (given) checkPixels(given, shape.channels);
  const effort = effortFor(flat);
  const base = { images: inputs.images, shape, classes, seed, memory, effort, progress, signal };
  const orders = ordersOf(clean, inputs.images);
  const stretched = await choosePixels(base, flat, given, orders);
  const chosen = await chooseFit(base, flat, { clean, stretched }, given, orders);
  const { pixels, order, fit, predicted, sample } = chosen;
  tellChoice(checked, chosen, orders);
  tellFit(checked, chosen);
  const { classNames } = order === orders[0] ? clean : present(clean.otherOrder, 'The other order');
  const tell = checked.tell ?? checked.say;
  const isOtherFit = fit !== (clean.shape.fit ?? 'stretch');
  const { unlabelled, hosts, ...read } = isOtherFit ? await inputs.again(fit) : inputs;
  const images = { ...read.images, labels: order.labels };
  for (const line of coverageInWords(images.labels, classes, classNames)) tell(line);
  if (!checked.acceptLowAccuracy) {
    const labels = Int32Array.from(sample, (image) => images.labels[image]!);
    const otherwise = chosen.tried.filter((way) => way.order === order).map((way) => way.predicted);
    const misfit = findMisfit(predicted, labels, classes, otherwise);
    if (misfit) {
      const bestPixels = given && (await choosePixels({ ...base, images }, flat, undefined, [order]));
      throw misfitError(misfit, classNames, causesOf(misfit, { pixels: given, bestPixels, clean }));
    }
  }
  const plan = planFolds(images.labels, images.groups, classes, seed);
  const context = { ...base, images, pixels, shape: { ...shape, fit } };
  return { context, flat, unlabelled, hosts, plan, classNames };
}

/** The orders that class folders may be in: as they were read, and another that may be meant. */
function ordersOf({ otherOrder: other }: ImageSet, { labels }: LoadedImages): LabelOrder[] {
  const first = { name: other?.name === 'by name' ? 'by number' : 'by name', labels };
  if (!other) return [first];
  return [first, { name: other.name, labels: labels.map((label) => other.labels[label]!) }];
}

function tellFit({ clean, say, tell = say }: ChooseOptions, { fit, fits }: ChosenFit): void {
  const why = clean.shape.fit ? 'as told' : 'where the net does best';
  for (const line of fittedInWords({ ...clean, shape: { ...clean.shape, fit } }, why)) tell(line);
  if (clean.shape.fit && !clean.withFit)
    tell(
      `--fit ${fit} has no effect on ${clean.name}, whose images are arrays of the net's size; picture files are brought to it so from now on, for the bundle keeps it`,
    );
  const shown = fits.map((each) => `${each.fit}: ${(100 * each.accuracy).toFixed(1)} %`);
  if (shown.length > 0) say(`Fits tried: ${shown.join(', ')}`);
}

function tellChoice(
  { clean, pixels: given, say, tell = say }: ChooseOptions,
  chosen: ChosenPixels,
  orders: readonly LabelOrder[],
): void {
  const { pixels, order } = chosen;
  tell(`Pixels: ${describePixels(pixels)}${given ? ', as told' : ', where the net does best'}`);
  if (!given) {
    const isLow = chosen.accuracy < LOW_ACCURACY;
    (isLow ? tell : say)(`Tried: ${triedInWords(chosen)}`);
    if (isLow)
      tell(
        'If the net does better in training, its pixels are scaled otherwise: --pixels mean-std:MEAN/DEVIATION',
      );
  }
  if (orders.length === 1) return;
  const shown = ordersInWords(chosen, orders);
  const names = order === orders[0] ? undefined : clean.otherOrder?.classNames.slice(0, 5).join(', ');
  const as = order.name === 'by name' ? ', as Keras takes them' : '';
  tell(
    `Class folders taken in order ${order.name}${names ? ` (${names}, …)${as}` : ''}: of the clean images the net is right about ${shown}`,
  );
}
