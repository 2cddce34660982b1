import { describePixels } from '../../../models/pixels';
import type { RepairContext } from '../../context';
import { checkAlpha } from '../check/alpha';
import type { AskedRepair } from '../check/options';
import type { Inputs } from '../read';
import { type FoldPlan, planFolds } from './folds';
import { choosePixels } from './pixels';

/** What a detector is fitted and calibrated with. */
export interface Chosen extends Pick<Inputs, 'flat' | 'unlabelled' | 'hosts'> {
  readonly context: RepairContext;
  readonly plan: FoldPlan;
  /** Whether the bundle may hold images, and features of single ones. */
  readonly keepsImages: boolean;
}

/**
 * Chooses how pixels are scaled, where that is not told, and which images are fitted and which calibrated on.
 * @throws UsageError for a false-positive rate that can't be told from so few
 */
export async function choose(asked: AskedRepair, inputs: Inputs): Promise<Chosen> {
  const { net, method, alpha, seed, progress, say, signal, keepsImages } = asked;
  const { flat, images, unlabelled, hosts } = inputs;
  const base = { images, shape: net.inputShape, classes: net.classes, seed, progress, signal };
  let { pixels } = asked;
  if (!pixels) {
    const chosen = await choosePixels(base, flat);
    pixels = chosen.pixels;
    say(`Pixels scaled to ${describePixels(pixels)}, where the net does best (${chosen.tried})`);
  }
  const plan = planFolds(images.labels, images.groups, net.classes, seed);
  const calibrated = plan.folds.reduce((sum, { calibrate }) => sum + calibrate.length, 0);
  if (method === 'expert') checkAlpha(alpha, calibrated);
  return { context: { ...base, pixels }, flat, unlabelled, hosts, plan, keepsImages };
}
