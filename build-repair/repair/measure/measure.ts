import { type NetReadings, readNets } from '../../../models/detector/readings';
import { RUN_BATCH } from '../../../models/detector/run';
import { answerWithViews, viewer } from '../../../models/detector/test-time-views';
import type { RepairContext } from '../../context';
import type { CleanFigures } from '../../evaluate/counts';
import { STAGES } from '../../stages';
import type { MadeDetector } from '../calibrate/made-detector';
import type { CheckedRepair } from '../check/options';
import { CalibratedCounter } from './count-calibrated';

/** What a detector does to the images that it was calibrated on. */
export interface Measured {
  readonly figures: CleanFigures;
  /** Their scores, from low to high. */
  readonly sorted: Float32Array;
}

/** B, B′ and G on the calibration images, by the scores that they were given when no fitting had seen them. */
export async function measure(
  context: RepairContext,
  made: MadeDetector,
  { alpha, observe }: Pick<CheckedRepair, 'alpha' | 'observe'>,
): Promise<Measured> {
  const { calibrated, nets } = made;
  const views = made.rule.kind === 'calibrated' ? made.rule.views : undefined;
  const by = viewer(nets);
  const scores = made.scores ?? new Float32Array(calibrated.length);
  const counter = made.scores && new CalibratedCounter(context, made, made.scores, alpha, observe);
  const waiting: NetReadings[] = [];
  for (let start = 0; start < calibrated.length; start += RUN_BATCH) {
    context.signal?.throwIfAborted();
    const batch = calibrated.subarray(start, start + RUN_BATCH);
    const pixels = context.images.gather(batch);
    const read = await readNets(nets, new Map(), pixels, batch.length);
    if (counter) {
      counter.add(views ? { ...read, answered: await answerWithViews(by, pixels, read.bad, views) } : read);
    } else {
      scores.set(read.disagreement(), start);
      waiting.push(read);
    }
    context.progress({ stage: STAGES.measuring, done: start + batch.length, total: calibrated.length });
    await new Promise(setImmediate);
  }
  // Where disagreement is the score, no score is known before all are.
  const counts = counter ?? new CalibratedCounter(context, made, scores, alpha, observe);
  for (const read of waiting) counts.add(read);
  return { figures: counts.figures(), sorted: counts.sorted };
}
