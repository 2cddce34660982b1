import { ImageError } from '../../models/errors';
import type { ImageSet } from '../../models/images/set';
import type { JudgesPixels, Verdict } from '../../models/verdict';
import type { Progress } from '../progress';
import { CleanCounts, type CleanFigures, PoisonedCounts, type PoisonedFigures } from './counts';
import type { LabelledBatch } from './judged';
import { measuringOn } from './plan';

const BATCH = 64;

/** Figures of one bundle on a clean set and any number of poisoned ones. */
export interface Evaluation {
  readonly clean: CleanFigures;
  readonly poisoned: readonly ({ readonly name: string } & PoisonedFigures)[];
}

/** Takes note of the verdicts on a batch of one of the sets. */
export type Observe = (set: ImageSet, verdicts: readonly Verdict[], batch: LabelledBatch) => void;

interface EvaluateOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
  readonly observe?: Observe;
}

/**
 * Measures G, B and B′ on labelled images. The sets are read in slices, each once.
 * @throws ImageError when a set has no labels or no readable image
 */
export async function evaluate(
  goodnet: JudgesPixels,
  clean: ImageSet,
  poisoned: readonly ImageSet[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const counts = new CleanCounts();
  await each(goodnet, clean, options, (verdicts, batch) => counts.add(verdicts, batch));
  const results: Evaluation['poisoned'][number][] = [];
  for (const set of poisoned) {
    const counted = new PoisonedCounts();
    await each(goodnet, set, options, (verdicts, batch) => counted.add(verdicts, batch));
    results.push({ name: set.name, ...counted.figures() });
  }
  return { clean: counts.figures(), poisoned: results };
}

async function each(
  goodnet: JudgesPixels,
  set: ImageSet,
  { progress, signal, observe }: EvaluateOptions,
  count: (verdicts: Verdict[], batch: LabelledBatch) => void,
): Promise<void> {
  let done = 0;
  for await (const batch of set.batches(BATCH)) {
    signal?.throwIfAborted();
    const { labels } = batch;
    if (!labels) {
      throw new ImageError(`${set.name} has no labels, and a figure can't be had without`, {
        code: 'LABELS_MISSING',
        hint: 'Give an HDF5 or .npz file with "label", or a folder with a folder a class.',
      });
    }
    const n = batch.names.length;
    if (n === 0) continue;
    const verdicts = await goodnet.classify(batch.pixels, n);
    const labelled = { ...batch, labels };
    count(verdicts, labelled);
    observe?.(set, verdicts, labelled);
    done += n;
    progress({
      stage: measuringOn(set),
      done,
      total: Math.max(set.size - set.skipped.length, done),
    });
    await new Promise(setImmediate);
  }
  if (done === 0) throw new ImageError(`${set.name} has no readable image`, { code: 'IMAGES_EMPTY' });
}
